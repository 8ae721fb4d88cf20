export type StreamPart = { kind: "data" | "comment"; text: string };

const longestLine = 4 * 1024 * 1024;

/** Cuts server-sent events into their data lines and comments, whichever way the network split them. */
export function eventReader(): (chunk: string) => StreamPart[] {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longestLine) throw new Error("the answer holds a line that is too long");
    return lines.flatMap((line): StreamPart[] => {
      const text = line.endsWith("\r") ? line.slice(0, -1) : line;
      if (text.startsWith("data:")) return [{ kind: "data", text: text.slice(5).trimStart() }];
      return text.startsWith(":") ? [{ kind: "comment", text: text.slice(1).trim() }] : [];
    });
  };
}
