import type { Workload } from "#server/runs/methods/method.ts";

/** One finished run on the same base: what was measured there. */
export type PastRun = {
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
const mostPastRuns = 5;

/** Optimizer steps as the trainer counts them: the last batch of an epoch may be smaller. */
export function countSteps({ epochs, maxSteps, batchSize, gradientAccumulation }: Workload, trainRows: number): number {
  if (maxSteps !== null) return maxSteps;
  const perEpoch = Math.ceil(Math.ceil(trainRows / batchSize) / gradientAccumulation);
  return Math.ceil(epochs * perEpoch);
}

/** How long and how much, from the data and from what past runs on this base took per character. */
export function estimateRun(workload: Workload, data: Data, past: readonly PastRun[]): Estimate {
  const { epochs, maxSteps, batchSize, gradientAccumulation } = workload;
  const steps = countSteps(workload, data.trainRows);
  const rowsSeen = Math.min(
    steps * batchSize * gradientAccumulation,
    maxSteps === null ? Math.ceil(epochs * data.trainRows) : Number.POSITIVE_INFINITY,
  );
  const recent = past.slice(0, mostPastRuns);
  const sum = (of: (run: PastRun) => number) => recent.reduce((total, run) => total + of(run), 0);
  const pastCharacters = sum((run) => run.rowsSeen * run.charactersPerRow);
  const characters = data.charactersPerRow === null ? null : rowsSeen * data.charactersPerRow;
  const training = characters && pastCharacters ? (sum((run) => run.seconds) / pastCharacters) * characters : null;
  const around = recent.flatMap((run) => run.aroundSeconds ?? []);
  const aroundMean = around.length ? around.reduce((total, seconds) => total + seconds, 0) / around.length : 0;
  const seconds = training === null ? null : aroundMean + training;
  const learnt = data.learntCharactersPerRow;
  const charactersPerToken = charactersPerTokenOf(recent);
  const tokens = learnt === null ? null : Math.round((rowsSeen * learnt) / charactersPerToken);
  return {
    steps,
    rowsSeen,
    trainedTokens: { value: tokens, evidence: tokens === null ? "missing" : "estimated", charactersPerToken },
    seconds: { value: seconds, evidence: seconds === null ? "missing" : "estimated", basedOnRuns: recent.length },
    memoryBytes: { value: null, evidence: "missing" },
    costUsdNanos: { value: null, evidence: "missing" },
  };
}

/** What past runs on this base made of their learnt text: a vocabulary of its own has a ratio of its own. */
function charactersPerTokenOf(past: readonly PastRun[]): number {
  const known = past.filter((run) => run.learntCharactersPerRow !== null && run.trainedTokens > 0);
  const characters = known.reduce((total, run) => total + run.rowsSeen * (run.learntCharactersPerRow ?? 0), 0);
  const tokens = known.reduce((total, run) => total + run.trainedTokens, 0);
  return characters > 0 ? characters / tokens : usualCharactersPerToken;
}
