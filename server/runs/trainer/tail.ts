import { open, stat } from "node:fs/promises";
import { log } from "#server/log.ts";
import { TrainerEvent } from "#server/runs/contract.ts";
import { storableJson } from "#server/text/stored-text.rule.ts";

const chunkBytes = 1 << 19;

/**
 * Follow events.jsonl. Each `read` gives the complete events since the last one, at most one chunk's worth. A file that
 * became shorter was repaired by a new trainer: it is read again from its start, and `seq` tells what is new.
 */
export function createTail(path: string) {
  let offset = 0;
  let rest = Buffer.alloc(0);

  async function read(): Promise<TrainerEvent[]> {
    const size = (await stat(path).catch(() => null))?.size ?? 0;
    if (size < offset) {
      offset = 0;
      rest = Buffer.alloc(0);
    }
    if (size === offset) return [];
    const file = await open(path, "r");
    try {
      const chunk = Buffer.alloc(Math.min(chunkBytes, size - offset));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, offset);
      offset += bytesRead;
      rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    } finally {
      await file.close();
    }
    const end = rest.lastIndexOf(10) + 1;
    const lines = rest.subarray(0, end).toString("utf8").split("\n");
    rest = rest.subarray(end);
    return lines.flatMap((line) => (line ? parseEvent(line) : []));
  }

  return { read };
}

/** A line that a newer trainer wrote and we do not know is left out, not fatal; a model's answer may hold any character. */
function parseEvent(line: string): TrainerEvent[] {
  try {
    const parsed = TrainerEvent.safeParse(storableJson(JSON.parse(line)));
    if (parsed.success) return [parsed.data];
    log.warn({ line: line.slice(0, 200), issue: parsed.error.issues[0] }, "runs.event_unknown");
  } catch {
    log.warn({ line: line.slice(0, 200) }, "runs.event_broken");
  }
  return [];
}
