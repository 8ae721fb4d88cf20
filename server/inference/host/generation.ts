import type { LoadedModel } from "#server/inference/host/addon.ts";
import type { Caller } from "#server/inference/host/fair.rule.ts";
import type { Sampler, SamplerConfig, TokenLogprob } from "#server/inference/host/sampler.ts";
import { type StopMatcher, stopMatcher } from "#server/inference/host/stop.rule.ts";
import { type TextDecoder, textDecoder } from "#server/inference/host/text.rule.ts";

export type FinishReason = "stop" | "length";

/** One completion to make, already in tokens and already known to fit the context. */
export type Job = {
  id: string;
  caller: Caller;
  adapterPath: string | null;
  tokens: Uint32Array;
  maxTokens: number;
  stops: readonly string[];
  sampler: SamplerConfig;
  /** how many likeliest tokens to report beside each one; null = no log-probabilities */
  topLogprobs: number | null;
};

export type TokenReport = {
  token: number;
  text: string;
  logprob: number;
  top: { token: number; text: string; logprob: number }[];
};
/** One sampled token: the text it made certain (often empty), its id (the end-of-text token too; -1 for none). */
export type Delta = { id: string; text: string; token: number; logprobs: TokenReport[] };

/** A job that holds a sequence of a context. */
export type Generation = {
  job: Job;
  sequence: number;
  sampler: Sampler;
  decoder: TextDecoder;
  matcher: StopMatcher;
  /** what is read before it goes on: the prompt, and after it gave way to others what it had said too */
  reading: Uint32Array;
  /** tokens evaluated so far */
  position: number;
  /** sampled, not yet evaluated; null before the first one */
  pending: number | null;
  /** every sampled token but the one that ended it */
  said: number[];
  generated: number;
  /** counts up with every place that is given */
  admitted: number;
  /** the step it last took part in */
  lastStep: number;
  aborted: boolean;
};

export function openGeneration(model: LoadedModel, job: Job, sequence: number): Generation {
  const sampler = model.newSampler(job.sampler);
  const decoder = textDecoder(model.detokenize);
  const matcher = stopMatcher(job.stops);
  const fresh = { position: 0, pending: null, said: [], generated: 0, admitted: 0, lastStep: 0, aborted: false };
  return { job, sequence, sampler, decoder, matcher, reading: job.tokens, ...fresh };
}

export function isReading(generation: Generation): boolean {
  return generation.position < generation.reading.length;
}

/**
 * Its place goes to another caller: all that was computed is dropped, all that was said is kept. Later it reads its
 * prompt and its own words again and goes on where it was (vLLM's preemption by recomputation).
 */
export function setBack(generation: Generation): void {
  const { job, said, pending } = generation;
  const evaluated = pending === null ? said : said.slice(0, -1);
  generation.reading = Uint32Array.from([...job.tokens, ...evaluated]);
  generation.position = 0;
}

/** Take a sampled token in: what may be shown now, and whether this was the end. */
export function acceptToken(
  model: LoadedModel,
  generation: Generation,
  token: number,
): { text: string; finish: FinishReason | null } {
  const { decoder, matcher, job } = generation;
  generation.generated += 1;
  if (token < 0 || model.isEndOfGeneration(token)) return { text: rest(generation), finish: "stop" };
  generation.pending = token;
  generation.said.push(token);
  const { emit, stopped } = matcher.push(decoder.push(token));
  if (stopped) return { text: emit, finish: "stop" };
  if (generation.generated < job.maxTokens) return { text: emit, finish: null };
  const last = rest(generation);
  return { text: emit + last, finish: "length" };
}

function rest({ decoder, matcher }: Generation) {
  const { emit, stopped } = matcher.push(decoder.flush());
  return stopped ? emit : emit + matcher.flush();
}

/** A token's log-probability in words. */
export function reportToken(
  model: LoadedModel,
  token: number,
  read: { chosen: number; top: TokenLogprob[] },
): TokenReport {
  const top = read.top.map((pair) => ({ ...pair, text: model.tokenText(pair.token) }));
  return { token, text: model.tokenText(token), logprob: read.chosen, top };
}
