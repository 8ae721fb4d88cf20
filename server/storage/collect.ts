import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { newId } from "#db/ids.ts";
import { installation } from "#db/schema/storage.ts";
import { env } from "#server/env.ts";
import type { JobCtx } from "#server/jobs/context.ts";
import { log } from "#server/log.ts";
import { collectBlobs } from "#server/storage/collect-blobs.ts";
import { collectRunFolders, type RunRetention } from "#server/storage/collect-runs.ts";
import { collectTmp } from "#server/storage/collect-tmp.ts";
import { graceMs } from "#server/storage/grace.rule.ts";

/**
 * The job that frees what nobody needs: blobs that no row has named for an hour, folders of deleted runs, old
 * checkpoints, and what killed processes left behind. Enqueue it after a deletion (it looks again when the hour is over);
 * it also runs every hour. Safe at any time, beside uploads and beside itself.
 */
export async function collectStorage(
  ctx: JobCtx,
  _payload: object,
  signal: AbortSignal,
  retention: RunRetention = configured(),
) {
  if (!(await isOurs(ctx))) {
    log.error({}, "storage.foreign_data_folder");
    return { foreign: true as const };
  }
  const folders = await collectRunFolders(ctx, retention, signal);
  const leftovers = await collectTmp(ctx);
  const { blobs, bytes, waiting } = await collectBlobs(ctx, graceMs, signal);
  if (waiting > 0) ctx.enqueue("storage.collect", {}, { delayMs: graceMs, once: true });
  const collected = { blobs, bytes, folders: folders.removed, trimmed: folders.trimmed, leftovers };
  if (Object.values(collected).some((count) => count > 0)) log.info(collected, "storage.collected");
  return { foreign: false as const, ...collected, waiting };
}

function configured(): RunRetention {
  const { FORGE_DATA, FORGE_KEEP_CHECKPOINTS_DAYS } = env();
  return { folder: join(FORGE_DATA, "runs"), keepDays: FORGE_KEEP_CHECKPOINTS_DAYS };
}

/**
 * Does this data folder belong to this database? To another one (a new Postgres, a restored copy of somebody else's)
 * every blob would look unnamed. The first look writes the database's id beside the blobs.
 */
async function isOurs({ db, storage }: Pick<JobCtx, "db" | "storage">): Promise<boolean> {
  await db
    .insert(installation)
    .values({ id: newId("installation") })
    .onConflictDoNothing();
  const [row] = await db.select({ id: installation.id }).from(installation);
  if (!row) return false;
  const file = storage.ownerFile;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${row.id}\n`, { flag: "wx" }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
  return (await readFile(file, "utf8")).trim() === row.id;
}
