import type { LoadedModel } from "#server/inference/host/addon.ts";
import type { FinishReason, TokenReport, TokenText } from "#server/inference/host/contract.ts";
import type { Caller } from "#server/inference/host/fair.rule.ts";
import type { Sampler, SamplerConfig, TokenLogprob } from "#server/inference/host/sampler.ts";
import { type StopMatcher, stopMatcher } from "#server/inference/host/stop.rule.ts";
import { type TextDecoder, textDecoder } from "#server/inference/host/text.rule.ts";
import { printed } from "#server/inference/host/token-bytes.rule.ts";

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
  /** characters (code points) that a completion's offsets count from: those of its prompt */
  textOffset: number;
};

/** `end`: characters of the answer after its text; null while that is an unfinished character. */
type HeldReport = { report: TokenReport; end: number | null };

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
  /** log-probabilities go out with the text they belong to: not before it, and not at all when a stop string cuts it */
  reports: { held: HeldReport[]; made: number; shown: number };
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
  return {
    job,
    sequence,
    sampler,
    decoder,
    matcher,
    reading: job.tokens,
    reports: { held: [], made: job.textOffset, shown: job.textOffset },
    ...fresh,
  };
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
  report: TokenReport | null,
): { text: string; logprobs: TokenReport[]; finish: FinishReason | null } {
  const taken = takeText(model, generation, token, report);
  const { reports } = generation;
  reports.shown += characters(taken.text);
  const cut = taken.finish === "stop" && token >= 0 && !model.isEndOfGeneration(token);
  const isShown = ({ report: { offset }, end }: HeldReport) => {
    if (taken.finish === null) return end !== null && end <= reports.shown;
    return !cut || offset < reports.shown;
  };
  const shown = reports.held.filter(isShown);
  reports.held = reports.held.filter((held) => !isShown(held));
  return { ...taken, logprobs: shown.map((held) => held.report) };
}

function takeText(
  model: LoadedModel,
  generation: Generation,
  token: number,
  report: TokenReport | null,
): { text: string; finish: FinishReason | null } {
  const { decoder, matcher, job, reports } = generation;
  generation.generated += 1;
  if (token < 0 || model.isEndOfGeneration(token)) return { text: rest(generation), finish: "stop" };
  generation.pending = token;
  generation.said.push(token);
  const text = decoder.push(token);
  if (report) {
    // Behind bytes that turned out to be no character, its own text is only the end of what became certain.
    const before = text.endsWith(report.text) ? characters(text) - characters(report.text) : 0;
    reports.held.push({ report: { ...report, offset: reports.made + before }, end: null });
  }
  if (text !== "") {
    reports.made += characters(text);
    for (const held of reports.held) held.end ??= reports.made;
  }
  const { emit, stopped } = matcher.push(text);
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
  const top = read.top.map((pair) => ({ ...pair, ...wordsOf(model, pair.token) }));
  return { token, ...wordsOf(model, token), logprob: read.chosen, offset: 0, top };
}

function wordsOf(model: LoadedModel, token: number): TokenText {
  const bytes = model.tokenBytes(token);
  return bytes?.length ? { text: printed(bytes).text, bytes } : { text: model.tokenText(token), bytes };
}

export function characters(text: string) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
