import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { Blob } from "#server/blob-files.ts";
import type { Storage } from "#server/storage.ts";

/** Write a blob bit by bit: `write` holds back while the disk is slower; an aborted one leaves nothing behind. */
export function openBlobWriter(storage: Storage, signal: AbortSignal) {
  const stream = new PassThrough();
  const stored: Promise<Blob> = storage.put(stream, signal);
  let bytes = 0;
  // a failure shows up in write or finish; until then neither may count as unhandled
  stream.on("error", () => {});
  stored.catch(() => stream.destroy());

  async function abort(): Promise<void> {
    stream.destroy(new Error("not needed"));
    await stored.catch(() => {});
  }

  return {
    abort,
    async write(part: Buffer): Promise<void> {
      bytes += part.length;
      if (stream.destroyed) await stored;
      if (!stream.write(part)) await Promise.race([once(stream, "drain"), stored]);
    },
    /** The blob; null when it is `optional` and nothing was written. */
    async finish(options: { optional?: boolean } = {}): Promise<Blob | null> {
      if (options.optional && bytes === 0) {
        await abort();
        return null;
      }
      stream.end();
      return stored;
    },
  };
}
