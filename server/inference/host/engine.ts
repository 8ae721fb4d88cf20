import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isolatedEnvironment } from "#server/env.ts";
import type {
  Delta,
  EngineBeat,
  EngineInfo,
  EngineSettings,
  FinishReason,
  FromEngine,
  GenerateInput,
  PromptMessage,
  ToEngine,
} from "#server/inference/host/contract.ts";
import type { Caller } from "#server/inference/host/fair.rule.ts";
import { Refusal, refusal, type WireError } from "#server/inference/host/refusal.ts";
import { promptTooLong } from "#server/inference/host/too-long.ts";
import { log } from "#server/log.ts";

const script = fileURLToPath(new URL("./engine-main.ts", import.meta.url));
const loadWithinMs = 300_000;
const silentForMs = 30_000;
const decodeWithinMs = 120_000;
const closeWithinMs = 5_000;

/** What a caller hears about its own generation, in this order: accepted, started, any delta, then done or failed. */
type Listener = {
  accepted: (promptTokens: number) => void;
  started: (queueMs: number) => void;
  delta: (delta: Delta) => void;
  done: (finish: FinishReason, completionTokens: number) => void;
  failed: (error: WireError) => void;
};

export type Running = {
  stop: () => void;
  /** how many are to begin before it, itself included, as of the last second; null once it has begun */
  position: () => number | null;
};

export type Engine = {
  pid: number;
  info: EngineInfo;
  /** Begin for a caller; `stop` is safe to call at any time, also after the end. */
  generate: (caller: Caller, input: GenerateInput, listener: Listener) => Running;
  /** The tokens of a plain text, or of messages as the model's own template writes them. */
  render: (prompt: PromptMessage[] | string) => Promise<{ text: string; tokens: number[] }>;
  beat: () => EngineBeat | null;
  /** Let live generations be and end the child; SIGKILL when it does not go. */
  close: () => Promise<void>;
};

/**
 * Fork a child, load the base and wait until it can answer. `onExit` fires once if the child later dies on its own:
 * every caller has been told by then. Throws with llama.cpp's own words when the file cannot be loaded.
 */
export async function startEngine(settings: EngineSettings, onExit: (why: string) => void): Promise<Engine> {
  const child = fork(script, {
    serialization: "advanced",
    execArgv: [], // inherited flags break the engine's own binary test
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: isolatedEnvironment({ UV_THREADPOOL_SIZE: String(settings.sequences + 8) }),
  });
  const lastWords = keepTail(child);
  const listeners = new Map<string, Listener>();
  const renders = new Map<string, PromiseWithResolvers<{ text: string; tokens: number[] }>>();
  const ready = Promise.withResolvers<EngineInfo>();
  let beat: EngineBeat | null = null;
  let heardAt = performance.now();
  let closing = false;
  let answered = false;
  let next = 0;

  const send = (message: ToEngine | EngineSettings) => {
    if (child.connected) child.send(message, () => {}); // a child that just died is told about by its exit
  };
  const end = (error: WireError) => {
    for (const [id, listener] of [...listeners]) {
      listeners.delete(id);
      listener.failed(error);
    }
    for (const [id, render] of [...renders]) {
      renders.delete(id);
      render.reject(new Refusal(error));
    }
  };
  child.on("message", (message: FromEngine) => {
    heardAt = performance.now();
    if (message.type === "ready") ready.resolve(message.info);
    else if (message.type === "unloadable") ready.reject(new Error(message.message));
    else if (message.type === "beat") beat = message.beat;
    else if (message.type === "accepted") listeners.get(message.id)?.accepted(message.promptTokens);
    else if (message.type === "started") listeners.get(message.id)?.started(message.queueMs);
    else if (message.type === "rendered") {
      renders.get(message.id)?.resolve({ text: message.text, tokens: message.tokens });
      renders.delete(message.id);
    } else if (message.type === "failed") {
      listeners.get(message.id)?.failed(message.error);
      listeners.delete(message.id);
      renders.get(message.id)?.reject(new Refusal(message.error));
      renders.delete(message.id);
    } else {
      for (const delta of message.deltas) listeners.get(delta.id)?.delta(delta);
      for (const { id, finish, completionTokens } of message.finished) {
        listeners.get(id)?.done(finish, completionTokens);
        listeners.delete(id);
      }
    }
  });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      clearInterval(watch);
      const why = `the engine process ended (${signal ?? `exit ${code}`})`;
      ready.reject(new Error(`${why} while it loaded the model. ${lastWords()}`));
      end(refusal(503, `${why}; it is being started again`, { code: "engine_restarting" }).wire);
      resolve();
      if (answered && !closing) onExit(why); // before that, the rejected start says it
    });
  });
  child.on("error", (cause) => ready.reject(cause)); // later ones too: unheard, they would end this process
  const startedAt = performance.now();
  const watch = setInterval(() => {
    const silence = performance.now() - heardAt;
    const loading = beat === null;
    const hangs = loading ? performance.now() - startedAt > loadWithinMs : silence > silentForMs;
    if (!hangs && (beat?.busyForMs ?? 0) < decodeWithinMs) return;
    log.error({ pid: child.pid, silence, busyForMs: beat?.busyForMs ?? null }, "inference.engine_hangs");
    child.kill("SIGKILL");
  }, 1_000);
  watch.unref();

  send(settings);
  ready.promise.catch(() => child.kill("SIGKILL"));
  const info = await ready.promise;
  answered = true;
  return {
    pid: child.pid ?? 0,
    info,
    generate: (caller, input, listener) => {
      const id = String(++next);
      const refused = promptTooLong(input.prompt, info);
      if (refused) {
        queueMicrotask(() => listener.failed(refused.wire)); // before megabytes cross to the child
        return { stop: () => {}, position: () => null };
      }
      listeners.set(id, listener);
      if (!child.connected) end(refusal(503, "the engine is being started again", { code: "engine_restarting" }).wire);
      send({ type: "generate", id, caller, input });
      return {
        stop: () => {
          if (listeners.delete(id)) send({ type: "abort", id });
        },
        position: () => {
          const place = beat?.waiting.indexOf(id) ?? -1;
          return place < 0 ? null : place + 1;
        },
      };
    },
    render: (prompt) => {
      const id = String(++next);
      const answer = Promise.withResolvers<{ text: string; tokens: number[] }>();
      renders.set(id, answer);
      if (!child.connected) end(refusal(503, "the engine is being started again", { code: "engine_restarting" }).wire);
      send({ type: "render", id, prompt });
      return answer.promise;
    },
    beat: () => beat,
    close: async () => {
      closing = true;
      send({ type: "close" });
      const timer = setTimeout(() => child.kill("SIGKILL"), closeWithinMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** The last lines a native library wrote before it died: often the only explanation there is. */
function keepTail(child: ChildProcess) {
  let tail = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-2_000);
  });
  return () => tail.trim().split("\n").slice(-3).join(" ");
}
