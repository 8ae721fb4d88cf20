const maxEventChars = 16 * 1024 * 1024;

export type SseParser = {
  /** Feed bytes as they come; whole events go to `onData` before this returns. */
  push: (bytes: Uint8Array) => void;
  /** The stream is over. Throws when it stopped inside an event. */
  end: () => void;
};

/**
 * Server-sent events as OpenAI's wire uses them: hands out the text of each event's `data` lines (joined by a line
 * feed). Comments and other fields are skipped. Strict: invalid UTF-8, an event over 16 MiB and a stream that ends
 * inside an event are errors, so that a cut stream never looks complete.
 */
export function sseParser(onData: (data: string) => void): SseParser {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let data: string | null = null;

  function line(text: string) {
    if (text === "") {
      if (data !== null) onData(data);
      data = null;
    } else if (text.startsWith("data:")) {
      const value = text.slice(text.charCodeAt(5) === 32 ? 6 : 5);
      data = data === null ? value : `${data}\n${value}`;
    }
  }

  function feed(text: string) {
    const all = rest === "" ? text : rest + text;
    let from = 0;
    for (let at = all.indexOf("\n"); at >= 0; at = all.indexOf("\n", from)) {
      const end = at > from && all.charCodeAt(at - 1) === 13 ? at - 1 : at;
      line(all.slice(from, end));
      from = at + 1;
    }
    rest = from === 0 ? all : all.slice(from);
    if (rest.length + (data?.length ?? 0) > maxEventChars) throw new Error("an event is longer than 16 MiB");
  }

  return {
    push: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    end: () => {
      feed(decoder.decode());
      if (rest !== "" || data !== null) throw new Error("the stream ended inside an event");
    },
  };
}
