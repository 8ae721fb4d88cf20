/**
 * Causal language models that both the trainer (transformers 5.17) and the engine's converter (llama.cpp as shipped
 * with node-llama-cpp 3.22) know: the intersection of their registries.
 */
export const knownArchitectures: ReadonlySet<string> = new Set(
  `Afmoe Apertus Arcee Bamba BitNet Bloom Cohere Cohere2 Cohere2Moe Dbrx DeepseekV2 DeepseekV3 DeepseekV32 DeepseekV4
  Dots1 Ernie4_5 Ernie4_5_Moe Exaone4 ExaoneMoe Falcon FalconH1 FalconMamba Gemma Gemma2 Gemma3 Gemma3n Gemma4 Glm Glm4
  Glm4Moe Glm4MoeLite GlmMoeDsa GPTBigCode GPTNeoX GptOss Granite GraniteMoe GraniteMoeHybrid GraniteMoeShared
  GraniteMoeSWA GraniteSWA HunYuanDenseV1 HunYuanMoEV1 HYV3 HYV4 Jais2 Jamba KimiLinear Laguna Lfm2 Lfm2Moe Llama Llama4
  Mamba Mamba2 Mellum MiMoV2Flash MiniCPM3 MiniMaxM2 Ministral3 Mistral Mixtral Nemotron NemotronH Olmo Olmo2 Olmo3 Olmoe
  Phi Phi3 Qwen2 Qwen2Moe Qwen3 Qwen3Moe Qwen3Next Qwen3_5 Qwen3_5Moe Qwen4Exp SeedOss SmolLM3 SolarOpen StableLm
  Starcoder2 Youtu`
    .split(/\s+/)
    .map((name) => `${name}ForCausalLM`),
);
