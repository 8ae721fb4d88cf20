import { createParser } from "eventsource-parser";
import { type Answer, applyEvent, applyHeaders, refusalOf } from "#components/playground/answer.ts";

const pageTurnMs = 50;

/**
 * Send one call and tell of the answer as it grows, at most twenty times a second. Never throws: whatever goes wrong
 * is a state of the answer.
 */
export async function ask(
  slug: string,
  body: object,
  start: Answer,
  signal: AbortSignal,
  tell: (answer: Answer) => void,
): Promise<void> {
  let answer = start;
  let toldMs = 0;
  const show = (now = false) => {
    if (!now && performance.now() - toldMs < pageTurnMs) return;
    toldMs = performance.now();
    tell(answer);
  };
  try {
    const response = await fetch("/api/playground", {
      method: "POST",
      headers: { "content-type": "application/json", "x-forge-project": slug },
      body: JSON.stringify(body),
      signal,
    });
    answer = applyHeaders(answer, response.headers);
    if (!response.ok || !response.body) {
      answer = { ...answer, state: "failed", failure: refusalOf(await response.text(), response.status) };
      return show(true);
    }
    const read = eventReader();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      for (const part of read(value)) answer = applyEvent(answer, part.kind, part.text);
      show();
      if (answer.state === "failed") break;
    }
    if (answer.state !== "done" && answer.state !== "failed")
      answer = { ...answer, state: "failed", failure: "The answer broke off before its end." };
  } catch {
    answer = signal.aborted
      ? { ...answer, state: "stopped" }
      : {
          ...answer,
          state: "failed",
          failure: "The console did not answer. Check that it is running, then try again.",
        };
  }
  show(true);
}

type StreamPart = { kind: "data" | "comment"; text: string };

const longestEventChars = 4 * 1024 * 1024;

/** Cuts server-sent events into their data and comments, whichever way the network split them. */
export function eventReader(): (chunk: string) => StreamPart[] {
  let parts: StreamPart[] = [];
  const parser = createParser({
    maxBufferSize: longestEventChars,
    onEvent: ({ data }) => parts.push({ kind: "data", text: data }),
    onComment: (text) => parts.push({ kind: "comment", text }),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw error;
    },
  });
  return (chunk) => {
    parts = [];
    parser.feed(chunk);
    return parts;
  };
}
