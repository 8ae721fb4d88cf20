import { loadModel } from "#server/inference/host/addon.ts";
import type {
  EngineSettings,
  FromEngine,
  GenerateInput,
  PromptInput,
  ToEngine,
} from "#server/inference/host/contract.ts";
import type { Caller } from "#server/inference/host/fair.rule.ts";
import { characters, type Job } from "#server/inference/host/generation.ts";
import { type FromTokenizer, isLong, openLongPrompts, tokensOf } from "#server/inference/host/long-prompts.ts";
import { startLoop } from "#server/inference/host/loop.ts";
import { type Prompter, prompter } from "#server/inference/host/prompt.ts";
import { promptTokens } from "#server/inference/host/prompt-tokens.ts";
import { refusal, wireOf } from "#server/inference/host/refusal.ts";
import { tooLong } from "#server/inference/host/too-long.ts";

/** The forked child: one base model, its adapters, one decode loop. A plain script, for the engine re-forks itself. */
const beatEveryMs = 1_000;
const batchTokens = 512;
/** The addon makes a thread per decode: below this size a second one costs more than it brings. */
const smallModelParameters = 50_000_000;

function say(message: FromEngine) {
  if (process.connected) process.send?.(message);
}

async function main(settings: EngineSettings) {
  const { contextLength, sequences, contexts, waiting } = settings;
  const model = await loadModel({ path: settings.basePath, maxThreads: settings.threads, cuda: settings.cuda });
  const threads = model.parameters < smallModelParameters ? 1 : settings.threads;
  const prompts = prompter(model, contextLength);
  const longPrompts = openLongPrompts(settings.basePath, contextLength);
  const room = { contextSize: contextLength, sequences, maxContexts: contexts };
  const plan = { ...room, batchSize: batchTokens, threads, waiting };
  const loop = startLoop(model, plan, {
    accepted: (id, promptTokens) => say({ type: "accepted", id, promptTokens }),
    started: (id, queueMs) => say({ type: "started", id, queueMs }),
    stepped: (deltas, finished) => say({ type: "stepped", deltas, finished }),
    failed: (id, error) => say({ type: "failed", id, error }),
  });
  const submit = (id: string, caller: Caller, input: GenerateInput, tokens: Uint32Array) => {
    const textOffset = input.topLogprobs === null ? 0 : offsetOf(input.prompt, model.detokenize);
    loop.submit({ ...jobOf(id, caller, input, tokens, contextLength), textOffset });
  };
  const generate = (id: string, caller: Caller, input: GenerateInput) =>
    answer(id, () => {
      checkTokens(input, model.vocabularySize);
      const { prompt } = input;
      if (!isLong(prompt)) return submit(id, caller, input, promptTokens(prompts, prompt));
      const done = (read: FromTokenizer) => answer(id, () => submit(id, caller, input, tokensOf(read)));
      longPrompts.read({ id, caller, prompt, done });
    });
  const beat = setInterval(() => {
    say({ type: "beat", beat: { ...loop.stats(), rssBytes: process.memoryUsage.rss() } });
  }, beatEveryMs);
  process.on("message", (message: ToEngine) => {
    if (message.type === "generate") generate(message.id, message.caller, message.input);
    if (message.type === "abort") {
      longPrompts.drop(message.id);
      loop.abort(message.id);
    }
    if (message.type === "render") answer(message.id, () => render(prompts, message.id, message.prompt));
    if (message.type === "close") {
      clearInterval(beat);
      void loop
        .close()
        .then(() => model.dispose())
        .finally(() => process.exit(0)); // native threads may still be winding down
    }
  });
  const chat = model.chatTemplate !== null;
  const { parameters, longestTokenBytes } = model;
  const size = { contextLength, longestTokenBytes, sequences, contexts };
  say({ type: "ready", info: { parameters, ...size, threads, chat } });
}

/** An id outside the vocabulary would make llama.cpp refuse a whole batch, the other callers' parts included. */
function checkTokens({ prompt, sampler }: GenerateInput, vocabularySize: number) {
  const check = (token: number, param: string) => {
    if (token >= 0 && token < vocabularySize) return;
    const message = `${param}: this model has no token ${token}; its ids go from 0 to ${vocabularySize - 1}`;
    throw refusal(400, message, { code: "invalid_value", param });
  };
  if (prompt.kind === "tokens") for (const [i, token] of prompt.tokens.entries()) check(token, `prompt[${i}]`);
  for (const [token] of sampler.logitBias ?? []) check(token, `logit_bias.${token}`);
}

function jobOf(
  id: string,
  caller: Caller,
  input: GenerateInput,
  tokens: Uint32Array,
  contextLength: number,
): Omit<Job, "textOffset"> {
  const room = contextLength - tokens.length;
  if (tokens.length === 0) throw refusal(400, "the prompt is empty", { param: "prompt" });
  if (room < 1)
    throw tooLong(input.prompt.kind === "chat" ? "messages" : "prompt", String(tokens.length), contextLength);
  const maxTokens = Math.min(input.maxTokens ?? room, room);
  const { adapterPath, stops, sampler, topLogprobs } = input;
  return { id, caller, adapterPath, tokens, maxTokens, stops, sampler, topLogprobs };
}

function offsetOf(prompt: PromptInput, detokenize: (tokens: Uint32Array) => string) {
  if (prompt.kind === "chat") return 0;
  return characters(prompt.kind === "text" ? prompt.text : detokenize(Uint32Array.from(prompt.tokens)));
}

function render(prompts: Prompter, id: string, prompt: Parameters<Prompter["chat"]>[0] | string) {
  const plain = typeof prompt === "string";
  const { text, tokens } = plain ? { text: prompt, tokens: prompts.text(prompt) } : prompts.chat(prompt);
  say({ type: "rendered", id, text, tokens: [...tokens] });
}

function answer(id: string, work: () => void) {
  try {
    work();
  } catch (cause) {
    say({ type: "failed", id, error: wireOf(cause) });
  }
}

process.on("disconnect", () => process.exit(0)); // the host is gone: nobody is left to answer
process.once("message", (settings: EngineSettings) => {
  main(settings).catch((cause: unknown) => {
    say({ type: "unloadable", message: cause instanceof Error ? cause.message : String(cause) });
    process.exitCode = 1;
    setTimeout(() => process.exit(1), 500).unref();
  });
});
