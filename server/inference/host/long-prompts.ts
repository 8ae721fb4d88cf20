import { Worker } from "node:worker_threads";
import type { PromptInput } from "#server/inference/host/contract.ts";
import { type Caller, fairShare } from "#server/inference/host/fair.rule.ts";
import { flooding, overloaded, Refusal, refusal, type WireError } from "#server/inference/host/refusal.ts";
import { roomFor } from "#server/inference/host/waiting.rule.ts";

/** Longer ones are read beside the decode loop, not in it: 16 KiB take the loop's thread some 5 ms. */
const shortPromptChars = 16 * 1024;
const limits = { all: 128, perKey: 32 };

export type ToTokenizer = { prompt: PromptInput };
export type FromTokenizer = { tokens: Uint32Array } | { error: WireError };

type Entry = {
  id: string;
  caller: Caller;
  prompt: PromptInput;
  chars: number;
  done: (answer: FromTokenizer) => void;
};

export type LongPrompts = {
  /** Tokens of a long prompt, when its caller's turn has come; `done` is called once, never for one that was dropped. */
  read: (entry: Omit<Entry, "chars">) => void;
  drop: (id: string) => void;
};

export function isLong(prompt: PromptInput): boolean {
  return charsOf(prompt) > shortPromptChars;
}

/**
 * A thread that renders and tokenises long prompts of one model, started by the first of them: one at a time, callers in
 * fair turns, so that neither live streams nor other callers wait for somebody's megabytes.
 */
export function openLongPrompts(path: string, contextLength: number): LongPrompts {
  const share = fairShare();
  const waiting: Entry[] = [];
  let worker: Worker | null = null;
  let current: Entry | null = null;

  function start(): Worker {
    const started = new Worker(new URL("./tokenizer-main.ts", import.meta.url), {
      workerData: { path, contextLength },
    });
    started.unref();
    started.on("message", (answer: FromTokenizer) => finish(answer));
    started.on("error", (cause) => {
      worker = null; // the next long prompt starts another
      const error = refusal(500, `the engine could not read the prompt: ${cause.message}`, { code: "engine_failed" });
      finish({ error: error.wire });
    });
    return started;
  }

  function finish(answer: FromTokenizer) {
    const entry = current;
    current = null;
    if (entry) {
      share.leave(entry.caller);
      entry.done(answer);
    }
    next();
  }

  function next() {
    if (current || waiting.length === 0) return;
    const first = waiting.reduce((best, entry) => (share.compare(entry.caller, best.caller) < 0 ? entry : best));
    waiting.splice(waiting.indexOf(first), 1);
    current = first;
    share.charge(first.caller, first.chars);
    worker ??= start();
    worker.postMessage({ prompt: first.prompt } satisfies ToTokenizer);
  }

  function remove(entry: Entry) {
    waiting.splice(waiting.indexOf(entry), 1);
    share.leave(entry.caller);
  }

  return {
    read: (asked) => {
      const room = roomFor(waiting, asked.caller, limits);
      if (room.give === "none") {
        const many = `${room.waiting} long prompts of this key are waiting to be read: send fewer at once`;
        const full = "too many long prompts are waiting to be read; try again soon";
        const refused = room.because === "share" ? flooding(many, 1) : overloaded(full);
        return asked.done({ error: refused.wire });
      }
      if (room.give === "place of") {
        remove(room.evicted);
        const message = "too many long prompts are waiting to be read, most of them from this key: send fewer at once";
        room.evicted.done({ error: flooding(message, 1).wire });
      }
      share.enter(asked.caller);
      waiting.push({ ...asked, chars: charsOf(asked.prompt) });
      next();
    },
    drop: (id) => {
      const entry = waiting.find((each) => each.id === id);
      if (entry) remove(entry);
      if (current?.id === id) current = { ...current, done: () => {} };
    },
  };
}

function charsOf(prompt: PromptInput): number {
  if (prompt.kind === "text") return prompt.text.length;
  if (prompt.kind === "tokens") return 0;
  return prompt.messages.reduce((sum, { content }) => sum + content.length, 0);
}

/** The tokens, or the refusal thrown. */
export function tokensOf(answer: FromTokenizer): Uint32Array {
  if ("error" in answer) throw new Refusal(answer.error);
  return answer.tokens;
}
