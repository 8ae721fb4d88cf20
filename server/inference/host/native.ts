import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { LlamaContext, LlamaModel } from "node-llama-cpp";

/** The private members of node-llama-cpp that addon.ts uses, as dist/bindings/AddonTypes.d.ts has them (not exported). */
export type LogitFilter = [tokens: readonly number[], max: boolean, min: boolean, selected: boolean, top: number];
export type NativeSampler = { applyConfig: (config: Record<string, unknown>) => void; dispose: () => void };
type NativeContext = {
  initBatch: (size: number) => void;
  addToBatch: (sequence: number, position: number, tokens: Uint32Array, logits: Uint32Array) => Uint32Array;
  decodeBatch: () => Promise<void>;
  sampleToken: {
    (logitIndex: number, sampler: NativeSampler): Promise<number>;
    (
      logitIndex: number,
      sampler: NativeSampler,
      probabilities: false,
      confidence: false,
      logits: LogitFilter,
      totalWeight: true,
    ): Promise<readonly [number, unknown, unknown, readonly number[] | undefined, number | undefined]>;
  };
  disposeSequence: (sequence: number) => void;
};
type NativeModel = {
  tokenize: (text: string, special: boolean) => Uint32Array;
  detokenize: (tokens: Uint32Array, special: boolean) => string;
  getTotalParameters: () => number;
  shouldPrependBosToken: () => boolean;
};
type NativeLora = { dispose: () => Promise<void> };
type Private = {
  context: { _ctx: NativeContext };
  model: { _model: NativeModel; _loraAdapters: Map<string, NativeLora> };
  llama: { _bindings: { AddonSampler: new (model: NativeModel) => NativeSampler } };
};

/** The installed package's version, from its own package.json. */
export function installedVersion(): string {
  const entry = createRequire(import.meta.url).resolve("node-llama-cpp");
  const { version }: { version: string } = JSON.parse(readFileSync(join(dirname(entry), "..", "package.json"), "utf8"));
  return version;
}

// safe because the version is pinned and addon.test.ts walks every private member used here
export const privateContext = (context: LlamaContext) => context as unknown as Private["context"];
export const privateModel = (model: LlamaModel) => model as unknown as Private["model"];
export const privateLlama = (llama: object) => llama as unknown as Private["llama"];
export const tokenOf = (token: number) => token as Parameters<LlamaModel["isEogToken"]>[0];
