import type { BatchItem, LoadedModel } from "#server/inference/host/addon.ts";
import type { Job } from "#server/inference/host/generation.ts";
import { startLoop } from "#server/inference/host/loop.ts";

/** What a step costs on the simulated machine, milliseconds: each one, each sequence that answers, each prompt token. */
export type StepCost = { stepMs: number; laneMs: number; promptTokenMs: number };

/** Callers of one key, each of whom asks again as soon as it is answered. */
export type Crowd = {
  keyId: string;
  callers: number;
  promptTokens: number;
  answerTokens: number;
  /** virtual time of the first calls */
  fromMs: number;
};

/** A call on the virtual clock; `tokenMs` is when each token came. */
export type Call = { keyId: string; askedMs: number; tokenMs: number[]; ended: boolean };

/** From an answer's end to the same caller's next question, at most: drawn, lest callers fall into step. */
const thinksMs = 10;
const silence = { seed: 0 };
const nobody = { applyConfig: () => {}, dispose: () => {} };
const aWord = 1;

/**
 * The decode loop as it is, on a machine that only costs time: calls of all crowds until `untilMs` on a virtual clock. The
 * same input gives the same calls to the last digit.
 */
export async function simulate(cost: StepCost, sequences: number, crowds: readonly Crowd[], untilMs: number) {
  let clockMs = 0;
  let decoding = false;
  const draw = generator();
  const due: { atMs: number; crowd: Crowd }[] = [];
  const calls = new Map<string, Call>();
  const crowdOf = new Map<string, Crowd>();

  const plan = (crowd: Crowd, atMs: number) => {
    const later = due.findIndex((other) => other.atMs > atMs);
    due.splice(later < 0 ? due.length : later, 0, { atMs, crowd });
  };
  /** Calls that are due by then arrive, each at its own time. */
  const passUntil = (atMs: number) => {
    for (let next = due[0]; next && next.atMs <= atMs; next = due[0]) {
      due.shift();
      clockMs = Math.max(clockMs, next.atMs);
      ask(next.crowd);
    }
    clockMs = Math.max(clockMs, atMs);
  };
  const ask = (crowd: Crowd) => {
    const id = String(calls.size);
    calls.set(id, { keyId: crowd.keyId, askedMs: clockMs, tokenMs: [], ended: false });
    crowdOf.set(id, crowd);
    loop.submit(jobOf(id, crowd));
  };

  const decode = async (items: readonly BatchItem[]) => {
    decoding = true;
    await new Promise((resolve) => setImmediate(resolve));
    passUntil(clockMs + msOf(items, cost));
    decoding = false;
    return items.map(({ logits }, index) => (logits ? index : null));
  };
  const loop = startLoop(
    modelOf(decode, sequences),
    {
      contextSize: 1_024,
      sequences,
      maxContexts: 1,
      batchSize: 512,
      threads: 1,
      waiting: { all: 2_048, perKey: 512 },
      now: () => clockMs,
    },
    {
      accepted: () => {},
      started: () => {},
      stepped: (deltas, finished) => {
        for (const { id } of deltas) calls.get(id)?.tokenMs.push(clockMs);
        for (const { id } of finished) {
          const [call, crowd] = [calls.get(id), crowdOf.get(id)];
          if (call) call.ended = true;
          if (crowd) plan(crowd, clockMs + draw() * thinksMs);
        }
      },
      failed: (_id, error) => {
        throw new Error(error.message);
      },
    },
  );

  for (const crowd of crowds) for (let i = 0; i < crowd.callers; i++) plan(crowd, crowd.fromMs);
  while (clockMs < untilMs) {
    const stepsBefore = loop.stats().steps;
    await new Promise((resolve) => setImmediate(resolve));
    const idle = !decoding && loop.stats().steps === stepsBefore;
    if (idle) passUntil(due[0]?.atMs ?? untilMs);
  }
  for (const id of calls.keys()) loop.abort(id);
  await loop.close();
  return { calls: [...calls.values()], steps: loop.stats().steps };
}

/** Lehmer's: the same numbers between 0 and 1 every time. */
function generator() {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function msOf(items: readonly BatchItem[], { stepMs, laneMs, promptTokenMs }: StepCost) {
  return items.reduce((ms, { tokens, logits }) => {
    const lane = tokens.length === 1 && logits;
    return ms + (lane ? laneMs : tokens.length * promptTokenMs);
  }, stepMs);
}

function jobOf(id: string, { keyId, promptTokens, answerTokens }: Crowd): Job {
  return {
    id,
    caller: { projectId: keyId, keyId },
    adapterPath: null,
    tokens: new Uint32Array(promptTokens).fill(aWord),
    maxTokens: answerTokens,
    stops: [],
    sampler: silence,
    topLogprobs: null,
    textOffset: 0,
  };
}

function modelOf(decode: (items: readonly BatchItem[]) => Promise<(number | null)[]>, sequences: number): LoadedModel {
  return {
    parameters: 1,
    trainedContext: 1_024,
    chatTemplate: null,
    vocabularySize: 2,
    controlTokens: new Map(),
    bosToken: null,
    eosToken: null,
    addBos: false,
    tokenize: () => Uint32Array.of(aWord),
    detokenize: (tokens) => "a".repeat(tokens.length),
    tokenText: () => "a",
    tokenBytes: () => Uint8Array.of(97),
    longestTokenBytes: 1,
    isEndOfGeneration: () => false,
    newSampler: () => ({ native: nobody, reader: nobody, dispose: () => {} }),
    openContext: async ({ contextSize }) => ({
      sequences,
      contextSize,
      decode,
      sample: async () => aWord,
      logprobs: async () => ({ chosen: 0, top: [] }),
      clear: () => {},
      dispose: async () => {},
    }),
    dispose: async () => {},
  };
}
