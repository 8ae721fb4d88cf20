import type { Caller } from "#server/inference/host/fair.rule.ts";
import type { WireError } from "#server/inference/host/refusal.ts";
import type { SamplerConfig } from "#server/inference/host/sampler.ts";
import type { WaitingLimits } from "#server/inference/host/waiting.rule.ts";

export type PromptMessage = { role: string; content: string; name?: string };

/** What else a template is given, e.g. `tools`. */
export type PromptVariables = Record<string, unknown>;

export type TokenReport = TokenText & {
  token: number;
  logprob: number;
  /** characters (code points) of prompt and answer before it */
  offset: number;
  top: (TokenText & { token: number; logprob: number })[];
};

export type FinishReason = "stop" | "length";

/** One sampled token: the text it made certain (often empty), its id (the end-of-text token too; -1 for none). */
export type Delta = { id: string; text: string; token: number; logprobs: TokenReport[] };

export type Finished = { id: string; finish: FinishReason; completionTokens: number };

/** `bytes` is what the token adds to the text; `text` spells those that are no whole characters `\\xe2\\x82`. */
export type TokenText = { text: string; bytes: Uint8Array | null };

/** What a host and its engine child say to each other over the fork's channel (structured clone, one process pair, one version). */
export type EngineSettings = {
  basePath: string;
  /** cores this child may use */
  threads: number;
  cuda: boolean;
  contextLength: number;
  sequences: number;
  contexts: number;
  waiting: WaitingLimits;
};

export type PromptInput =
  | { kind: "chat"; messages: PromptMessage[]; variables?: PromptVariables }
  | { kind: "text"; text: string }
  | { kind: "tokens"; tokens: number[] };

export type GenerateInput = {
  adapterPath: string | null;
  prompt: PromptInput;
  /** null = until the context is full */
  maxTokens: number | null;
  stops: string[];
  sampler: SamplerConfig;
  topLogprobs: number | null;
};

export type ToEngine =
  | { type: "generate"; id: string; caller: Caller; input: GenerateInput }
  | { type: "abort"; id: string }
  | { type: "render"; id: string; prompt: PromptMessage[] | string }
  | { type: "close" };

export type EngineInfo = {
  parameters: number;
  /** tokens of one conversation: prompt and answer together */
  contextLength: number;
  /** no token stands for more bytes of a prompt; null where the tokenizer does not say */
  longestTokenBytes: number | null;
  sequences: number;
  /** contexts held at once: the base's and those of the adapters used last */
  contexts: number;
  threads: number;
  chat: boolean;
};

export type EngineBeat = {
  live: number;
  queued: number;
  /** ids of what is queued, in the order in which it would begin */
  waiting: string[];
  contexts: number;
  steps: number;
  /** how long the decode that runs now has been running, milliseconds */
  busyForMs: number;
  rssBytes: number;
};

export type FromEngine =
  | { type: "ready"; info: EngineInfo }
  | { type: "unloadable"; message: string }
  /** its prompt is read and it waits for a place */
  | { type: "accepted"; id: string; promptTokens: number }
  | { type: "started"; id: string; queueMs: number }
  | { type: "stepped"; deltas: Delta[]; finished: Finished[] }
  | { type: "failed"; id: string; error: WireError }
  | { type: "rendered"; id: string; text: string; tokens: number[] }
  | { type: "beat"; beat: EngineBeat };
