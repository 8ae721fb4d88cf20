import type { Llama, LlamaModel } from "node-llama-cpp";
import { type NativeSampler, privateLlama, privateModel } from "#server/inference/host/native.ts";

export type SamplerConfig = {
  /** 0 or absent = greedy */
  temperature?: number;
  topP?: number;
  /** only the so many likeliest; 0 or absent = all */
  topK?: number;
  /** only those at least so likely as this share of the likeliest */
  minP?: number;
  /** divides the logits of tokens that the answer has already (llama.cpp's, over the answer so far); 1 = off */
  repeatPenalty?: number;
  /** 32-bit; the same seed gives the same tokens for the same batch shape */
  seed: number;
  frequencyPenalty?: number;
  presencePenalty?: number;
  logitBias?: readonly (readonly [token: number, bias: number])[];
};

/** Belongs to one generation: a native sampler keeps its candidates in itself, so two threads must never share one. */
export type Sampler = { native: NativeSampler; reader: NativeSampler; dispose: () => void };
export type TokenLogprob = { token: number; logprob: number };

/** The native sampler sets aside memory for as many. */
const longestAnswer = 65_536;
const greedy = { temperature: 0 };

/** Makes samplers for one model. */
export function samplersOf(llama: Llama, model: LlamaModel): (config: SamplerConfig) => Sampler {
  const { AddonSampler } = privateLlama(llama)._bindings;
  const { _model: native } = privateModel(model);
  return (config) => {
    const sampler = new AddonSampler(native);
    sampler.applyConfig(nativeConfig(config));
    const reader = new AddonSampler(native);
    reader.applyConfig(greedy);
    const dispose = () => {
      sampler.dispose();
      reader.dispose();
    };
    return { native: sampler, reader, dispose };
  };
}

/** `logits` is [token, logit, …], the likeliest first; `weight` = Σ exp(logit − max). */
export function readLogprobs(logits: readonly number[], weight: number, token: number, top: number) {
  const pairs: TokenLogprob[] = [];
  for (let i = 0; i + 1 < logits.length; i += 2) pairs.push({ token: logits[i] ?? -1, logprob: logits[i + 1] ?? 0 });
  const best = Math.max(...pairs.map((pair) => pair.logprob));
  const normal = pairs.map((pair) => ({ token: pair.token, logprob: pair.logprob - best - Math.log(weight) }));
  const unique = [...new Map(normal.map((pair) => [pair.token, pair])).values()];
  unique.sort((a, b) => b.logprob - a.logprob);
  const chosen = unique.find((pair) => pair.token === token)?.logprob ?? Number.NEGATIVE_INFINITY;
  return { chosen, top: unique.slice(0, top) };
}

function nativeConfig(config: SamplerConfig): Record<string, unknown> {
  const { temperature = 0, topP, topK = 0, minP = 0, seed, logitBias = [] } = config;
  const { frequencyPenalty = 0, presencePenalty = 0, repeatPenalty = 1 } = config;
  const penalties = frequencyPenalty !== 0 || presencePenalty !== 0 || repeatPenalty !== 1;
  return {
    temperature,
    seed,
    ...(topP === undefined || topP >= 1 || temperature <= 0 ? {} : { topP }),
    ...(topK > 0 && temperature > 0 && { topK }),
    ...(minP > 0 && temperature > 0 && { minP }),
    // OpenAI's penalties look at what was generated, not at the prompt: the native sampler adds tokens as they come.
    ...(penalties && {
      repeatPenaltyTokens: new Uint32Array(0),
      repeatPenalty,
      repeatPenaltyMaxTokens: longestAnswer,
      repeatPenaltyFrequencyPenalty: frequencyPenalty,
      repeatPenaltyPresencePenalty: presencePenalty,
    }),
    ...(logitBias.length > 0 && {
      tokenBiasKeys: Uint32Array.from(logitBias, ([token]) => token),
      tokenBiasValues: Float32Array.from(logitBias, ([, bias]) => bias),
    }),
  };
}
