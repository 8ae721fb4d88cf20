import { createParser } from "eventsource-parser";
import type { EventParser } from "#server/inference/client/target.ts";

const maxEventChars = 16 * 1024 * 1024;

/**
 * Server-sent events as they come in bytes: hands out the text of each event's `data` lines before `push` returns.
 * Strict: invalid UTF-8 and an event over 16 MiB are errors. An event that is not complete is never handed out, so a cut
 * stream lacks its end.
 */
export function sseParser(onData: (data: string) => void): EventParser {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const parser = createParser({
    maxBufferSize: maxEventChars,
    onEvent: ({ data }) => onData(data),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw error; // fields that nobody knows are no error
    },
  });
  return { push: (bytes) => parser.feed(decoder.decode(bytes, { stream: true })) };
}
