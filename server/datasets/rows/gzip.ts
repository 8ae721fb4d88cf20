import { gunzipSync, constants as zlib } from "node:zlib";

/** Does gzip hold gzip? Told from the head alone; false when that is not enough. */
export function isGzipInGzip(head: Buffer): boolean {
  return peek(head).subarray(0, 2).toString("hex") === "1f8b";
}

/** The first bytes inside; empty when they cannot be had from the head alone. */
function peek(head: Buffer): Buffer {
  try {
    // a truncated input flushes what it has; the limit keeps a bomb from growing
    return gunzipSync(head.subarray(0, 512), { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: 1 << 20 });
  } catch {
    return Buffer.alloc(0);
  }
}
