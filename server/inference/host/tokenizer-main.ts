import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { loadVocabulary } from "#server/inference/host/addon.ts";
import type { FromTokenizer, ToTokenizer } from "#server/inference/host/long-prompts.ts";
import { prompter } from "#server/inference/host/prompt.ts";
import { promptTokens } from "#server/inference/host/prompt-tokens.ts";
import { wireOf } from "#server/inference/host/refusal.ts";

/** The thread beside the decode loop that reads long prompts: the vocabulary alone, no weights. */
const { path, contextLength } = z.object({ path: z.string(), contextLength: z.number() }).parse(workerData);
const vocabulary = await loadVocabulary(path);
const prompts = prompter(vocabulary, contextLength);

parentPort?.on("message", ({ prompt }: ToTokenizer) => {
  const answer = (message: FromTokenizer) => parentPort?.postMessage(message);
  try {
    answer({ tokens: promptTokens(prompts, prompt) });
  } catch (cause) {
    answer({ error: wireOf(cause) });
  }
});
