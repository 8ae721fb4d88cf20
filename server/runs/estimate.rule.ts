import type { Workload } from "#server/runs/methods/method.ts";

/** One finished run on the same base: what was measured there. */
export type PastRun = {
  steps: number;
  rowsSeen: number;
  charactersPerRow: number;
  learntCharactersPerRow: number | null;
  /** training alone */
  seconds: number;
  /** loading, tokenizing, proving, converting and registering; null when it did not go through in one piece */
  aroundSeconds: number | null;
  trainedTokens: number;
};

export type Estimate = {
  steps: number;
  /** examples seen over all epochs */
  rowsSeen: number;
  /** tokens that the loss is computed on; `evidence` says how we know */
  trainedTokens: { value: number | null; evidence: "estimated" | "missing"; charactersPerToken: number };
  /** from its start until the version can be called; null when no run on this base was measured yet */
  seconds: { value: number | null; evidence: "estimated" | "missing"; basedOnRuns: number };
  /** peak memory of the device: no trainer reports it yet */
  memoryBytes: { value: null; evidence: "missing" };
  /** training has no price yet: prices are those of a model's answers */
  costUsdNanos: { value: null; evidence: "missing" };
};

type Data = { trainRows: number; charactersPerRow: number | null; learntCharactersPerRow: number | null };

/** Where no run on this base was measured: English in a vocabulary of some ten thousand words. */
const usualCharactersPerToken = 4;
/** What closes an answer is learnt too: of short answers it is a good part. */
const closingTokensPerRow = 1;
/** Of a training's time, where past runs are too alike to tell: what its steps cost however small they are. */
const usualStepShare = 0.5;
/** How unlike in characters per step past runs must be, 0 to 1, to tell the two costs apart. */
const leastApart = 0.05;
const mostPastRuns = 5;

/** Optimizer steps as the trainer counts them: the last batch of an epoch may be smaller. */
export function countSteps({ epochs, maxSteps, batchSize, gradientAccumulation }: Workload, trainRows: number): number {
  if (maxSteps !== null) return maxSteps;
  const perEpoch = Math.ceil(Math.ceil(trainRows / batchSize) / gradientAccumulation);
  return Math.ceil(epochs * perEpoch);
}

/** How long and how much, from the data and from what past runs on this base took per character and per step. */
export function estimateRun(workload: Workload, data: Data, past: readonly PastRun[]): Estimate {
  const { epochs, maxSteps, batchSize, gradientAccumulation } = workload;
  const steps = countSteps(workload, data.trainRows);
  const rowsSeen = Math.min(
    steps * batchSize * gradientAccumulation,
    maxSteps === null ? Math.ceil(epochs * data.trainRows) : Number.POSITIVE_INFINITY,
  );
  const recent = past.slice(0, mostPastRuns);
  const pace = paceOf(recent);
  const characters = data.charactersPerRow === null ? null : rowsSeen * data.charactersPerRow;
  const training = characters && pace ? pace.perCharacter * characters + pace.perStep * steps : null;
  const around = recent.flatMap((run) => run.aroundSeconds ?? []);
  const aroundMean = around.length ? around.reduce((total, seconds) => total + seconds, 0) / around.length : 0;
  const seconds = training === null ? null : aroundMean + training;
  const learnt = data.learntCharactersPerRow;
  const charactersPerToken = charactersPerTokenOf(recent);
  const tokens = learnt === null ? null : Math.round(rowsSeen * (closingTokensPerRow + learnt / charactersPerToken));
  return {
    steps,
    rowsSeen,
    trainedTokens: { value: tokens, evidence: tokens === null ? "missing" : "estimated", charactersPerToken },
    seconds: { value: seconds, evidence: seconds === null ? "missing" : "estimated", basedOnRuns: recent.length },
    memoryBytes: { value: null, evidence: "missing" },
    costUsdNanos: { value: null, evidence: "missing" },
  };
}

/** Seconds per character and per step by least squares; by the usual share where that says nothing or a negative time. */
function paceOf(past: readonly PastRun[]): { perCharacter: number; perStep: number } | null {
  const sum = (of: (run: PastRun & { characters: number }) => number) =>
    past.reduce((total, run) => total + of({ ...run, characters: run.rowsSeen * run.charactersPerRow }), 0);
  const characters = sum((run) => run.characters);
  const steps = sum((run) => run.steps);
  const seconds = sum((run) => run.seconds);
  if (characters <= 0 || steps <= 0) return null;
  const [cc, ss, cs] = [
    sum((run) => run.characters ** 2),
    sum((run) => run.steps ** 2),
    sum((run) => run.characters * run.steps),
  ];
  const [tc, ts] = [sum((run) => run.seconds * run.characters), sum((run) => run.seconds * run.steps)];
  const apart = cc * ss - cs * cs;
  const perCharacter = (tc * ss - ts * cs) / apart;
  const perStep = (ts * cc - tc * cs) / apart;
  if (apart > leastApart * cc * ss && perCharacter >= 0 && perStep >= 0) return { perCharacter, perStep };
  return {
    perCharacter: ((1 - usualStepShare) * seconds) / characters,
    perStep: (usualStepShare * seconds) / steps,
  };
}

/** What past runs on this base made of their learnt text: a vocabulary of its own has a ratio of its own. */
function charactersPerTokenOf(past: readonly PastRun[]): number {
  const known = past.filter((run) => run.learntCharactersPerRow !== null && run.trainedTokens > 0);
  const characters = known.reduce((total, run) => total + run.rowsSeen * (run.learntCharactersPerRow ?? 0), 0);
  const tokens = known.reduce((total, run) => total + run.trainedTokens - closingTokensPerRow * run.rowsSeen, 0);
  return characters > 0 && tokens > 0 ? characters / tokens : usualCharactersPerToken;
}
