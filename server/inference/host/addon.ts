import { getLlama, LlamaLogLevel, type LlamaModel } from "node-llama-cpp";
import {
  installedVersion,
  type LogitFilter,
  privateContext,
  privateModel,
  tokenOf,
} from "#server/inference/host/native.ts";
import type { PromptSource } from "#server/inference/host/prompt.ts";
import {
  readLogprobs,
  type Sampler,
  type SamplerConfig,
  samplersOf,
  type TokenLogprob,
} from "#server/inference/host/sampler.ts";
import { tokenBytes } from "#server/inference/host/token-bytes.rule.ts";
import { pinnedEngine } from "#server/inference/host/version.ts";

/** One sequence's part of a batch; sampled from when `logits` is true. */
export type BatchItem = { sequence: number; position: number; tokens: Uint32Array; logits: boolean };

/** A KV cache for `sequences` parallel generations under one adapter (or none). Decodes are the caller's to serialise. */
export type DecodeContext = {
  sequences: number;
  contextSize: number;
  /** Evaluate one batch; items must be in ascending order of sequence. Gives a logit index for each item that asked. */
  decode: (items: readonly BatchItem[]) => Promise<(number | null)[]>;
  /** Draw the next token; -1 when the model gives none. */
  sample: (logitIndex: number, sampler: Sampler) => Promise<number>;
  /** Log-probabilities at temperature 1 of `token` and of the `top` likeliest, likeliest first. */
  logprobs: (
    logitIndex: number,
    sampler: Sampler,
    token: number,
    top: number,
  ) => Promise<{ chosen: number; top: TokenLogprob[] }>;
  /** Forget a sequence's cache. */
  clear: (sequence: number) => void;
  /** Free the cache and, with it, the adapter it held. */
  dispose: () => Promise<void>;
};

export type LoadedModel = {
  parameters: number;
  trainedContext: number;
  chatTemplate: string | null;
  /** token ids are below this */
  vocabularySize: number;
  /** text of each control token → id: what user text must never become */
  controlTokens: ReadonlyMap<string, number>;
  bosToken: { id: number; text: string } | null;
  eosToken: { id: number; text: string } | null;
  addBos: boolean;
  /** `special` also recognises control tokens in the text. Blocking: 1 MB takes about 0.3 s. */
  tokenize: (text: string, special: boolean) => Uint32Array;
  /** Text of tokens; control tokens are left out. An unfinished character ends in U+FFFD. */
  detokenize: (tokens: Uint32Array) => string;
  tokenText: (token: number) => string;
  /** what the token adds to a text, byte for byte; null where the tokenizer does not say */
  tokenBytes: (token: number) => Uint8Array | null;
  /** a text of so many bytes has at least one token; null where the tokenizer does not say */
  longestTokenBytes: number | null;
  isEndOfGeneration: (token: number) => boolean;
  newSampler: (config: SamplerConfig) => Sampler;
  openContext: (options: {
    adapterPath: string | null;
    contextSize: number;
    sequences: number;
    batchSize: number;
    threads: number;
  }) => Promise<DecodeContext>;
  dispose: () => Promise<void>;
};

/** GGUF's token types 2 (unknown) and 3 (control): what llama.cpp finds in a text only when it looks for special tokens. */
const controlTokenTypes = [2, 3];

/**
 * Load a base GGUF for CPU, or for CUDA where its package is installed. Throws with llama.cpp's own last words
 * when the file is not usable. Nothing is ever built: a missing binary is an error.
 */
export async function loadModel(options: { path: string; maxThreads: number; cuda: boolean }): Promise<LoadedModel> {
  const installed = installedVersion();
  if (installed !== pinnedEngine) throw new Error(`the engine needs node-llama-cpp ${pinnedEngine}, not ${installed}`);
  const words: string[] = [];
  const llama = await getLlama({
    gpu: options.cuda ? "cuda" : false,
    build: "never",
    maxThreads: options.maxThreads,
    logLevel: LlamaLogLevel.error,
    logger: (_level, message) => {
      words.push(message.trim());
      if (words.length > 20) words.shift();
    },
  });
  const loading = llama.loadModel({ modelPath: options.path, useMmap: true, checkTensors: true });
  const model = await loading.catch((cause: unknown) => {
    const said = [...new Set(words)].join("; ").replaceAll(options.path, "the file");
    throw new Error(`llama.cpp could not load the model: ${said || String(cause)}`, { cause });
  });
  const { _model: native } = privateModel(model);
  return {
    parameters: native.getTotalParameters(),
    trainedContext: model.trainContextSize,
    ...vocabularyOf(model),
    addBos: native.shouldPrependBosToken(),
    tokenize: (text, special) => native.tokenize(text, special),
    detokenize: (tokens) => native.detokenize(tokens, false),
    tokenText: (token) => native.detokenize(Uint32Array.of(token), true),
    isEndOfGeneration: (token) => model.isEogToken(tokenOf(token)),
    newSampler: samplersOf(llama, model),
    openContext: (wanted) => openContext(model, wanted),
    dispose: async () => {
      await model.dispose();
      await llama.dispose();
    },
  };
}

/** What is needed to write and tokenise a prompt: the vocabulary without the weights, in a few megabytes. */
export async function loadVocabulary(path: string): Promise<PromptSource> {
  const llama = await getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath: path, vocabOnly: true });
  const { _model: native } = privateModel(model);
  const tokenize: PromptSource["tokenize"] = (text, special) => native.tokenize(text, special);
  return { ...vocabularyOf(model), addBos: native.shouldPrependBosToken(), tokenize };
}

async function openContext(
  model: LlamaModel,
  wanted: Parameters<LoadedModel["openContext"]>[0],
): Promise<DecodeContext> {
  const { adapterPath, contextSize, sequences, batchSize, threads } = wanted;
  const lora = adapterPath ? { adapters: [{ filePath: adapterPath, scale: 1 }] } : undefined;
  const size = { contextSize, sequences, threads, batchSize };
  const context = await model.createContext({ ...size, lora, failedCreationRemedy: false, performanceTracking: false });
  const { _ctx: native } = privateContext(context);
  return {
    sequences,
    contextSize,
    decode: async (items) => {
      native.initBatch(items.reduce((sum, item) => sum + item.tokens.length, 0));
      const indexes = items.map(({ sequence, position, tokens, logits }) => {
        const [index] = native.addToBatch(sequence, position, tokens, logits ? lastOf(tokens) : nothing);
        return index ?? null;
      });
      await native.decodeBatch();
      return indexes;
    },
    sample: (logitIndex, sampler) => native.sampleToken(logitIndex, sampler.native),
    logprobs: async (logitIndex, { reader }, token, top) => {
      const filter: LogitFilter = [[token], false, false, false, Math.max(1, top)];
      const [, , , logits = [], weight = 1] = await native.sampleToken(logitIndex, reader, false, false, filter, true);
      return readLogprobs(logits, weight, token, top);
    },
    clear: (sequence) => native.disposeSequence(sequence),
    dispose: async () => {
      await context.dispose();
      // The model keeps every adapter it ever loaded; only the context just disposed used this one.
      if (adapterPath) await unloadAdapter(model, adapterPath);
    },
  };
}

async function unloadAdapter(model: LlamaModel, path: string) {
  const { _loraAdapters: adapters } = privateModel(model);
  const adapter = adapters.get(path);
  adapters.delete(path);
  await adapter?.dispose();
}

function vocabularyOf(model: LlamaModel) {
  const { ggml, chat_template: template } = model.fileInfo.metadata.tokenizer ?? {};
  const types = ggml?.token_type ?? [];
  const controlTokens = new Map<string, number>();
  ggml?.tokens.forEach((text, id) => {
    if (controlTokenTypes.includes(types[id] ?? 0) && text !== "") controlTokens.set(text, id);
  });
  const named = (id: number | null | undefined) => {
    const text = id === null || id === undefined ? undefined : ggml?.tokens[id];
    return text === undefined || id === null || id === undefined ? null : { id, text };
  };
  const chatTemplate = typeof template === "string" && template !== "" ? template : null;
  const vocabularySize = ggml?.tokens.length ?? 0;
  const kind = ggml?.model ?? "";
  const bytesOf = (id: number) => tokenBytes(kind, { text: ggml?.tokens[id] ?? "", type: types[id] ?? 1 });
  const longestTokenBytes = longestOf(ggml?.tokens ?? [], bytesOf);
  const ends = { bosToken: named(model.tokens.bos), eosToken: named(model.tokens.eos) };
  return { chatTemplate, vocabularySize, controlTokens, tokenBytes: bytesOf, longestTokenBytes, ...ends };
}

/** A control token is found by its own text; every other one by its bytes. */
function longestOf(tokens: readonly string[], bytesOf: (id: number) => Uint8Array | null): number | null {
  let longest = 1;
  for (const [id, text] of tokens.entries()) {
    const bytes = bytesOf(id);
    if (!bytes) return null;
    longest = Math.max(longest, bytes.length === 0 ? Buffer.byteLength(text) : bytes.length);
  }
  return tokens.length > 0 ? longest : null;
}

const nothing = new Uint32Array(0);

function lastOf(tokens: Uint32Array) {
  return Uint32Array.of(tokens.length - 1);
}
