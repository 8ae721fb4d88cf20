import type { JobCtx } from "#server/jobs/context.ts";
import { log } from "#server/log.ts";
import { collectBlobs } from "#server/storage/collect-blobs.ts";
import { graceMs } from "#server/storage/grace.rule.ts";
import { isOurs } from "#server/storage/owner.ts";

/**
 * The job that frees what nobody needs: blobs that no row has named for an hour. Ring it after a deletion (it looks
 * again when the hour is over); it also runs every hour. Safe at any time, beside uploads and beside itself.
 */
export async function collectStorage(ctx: JobCtx, _payload: object, signal: AbortSignal) {
  if (!(await isOurs(ctx))) {
    log.error({}, "storage.foreign_data_folder");
    return { foreign: true as const };
  }
  const { blobs, bytes, waiting } = await collectBlobs(ctx, graceMs, signal);
  if (waiting > 0) ctx.enqueue("storage.collect", {}, { delayMs: graceMs, once: true });
  return { blobs, bytes, waiting };
}
