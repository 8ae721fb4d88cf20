import { stat } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { blobs } from "#db/schema/storage.ts";
import type { Blob } from "#server/blob-files.ts";
import { isIntact } from "#server/blob-files.ts";
import { transact } from "#server/context.ts";
import type { JobCtx } from "#server/jobs/context.ts";
import { log } from "#server/log.ts";
import { usesOf } from "#server/storage/uses.ts";

type Limits = { bytesPerTurn: number; bytesPerSecond: number };

/** A night's share, slow enough that nobody's disk notices; what is left goes on the next night. */
const nightly: Limits = { bytesPerTurn: 256 * 2 ** 30, bytesPerSecond: 64 * 2 ** 20 };
/** A blob that was compared within this time is not compared again. */
const againAfterDays = 7;
const batch = 500;

/**
 * The nightly job that reads stored bytes again: every blob's size, and by turns, those first that were compared
 * longest ago, every blob's sha256. Damage is noted on the row, logged with what uses it, and lifted when the bytes are
 * whole again → how many were read, their bytes, and how many are damaged in all.
 */
export async function scrubStorage(ctx: JobCtx, _payload: object, signal: AbortSignal, limits: Limits = nightly) {
  await compareSizes(ctx, signal);
  const done = { blobs: 0, bytes: 0 };
  const began = sql`${await databaseNow(ctx)}::timestamptz`;
  while (done.bytes < limits.bytesPerTurn) {
    const due = await ctx.db
      .select({ sha256: blobs.sha256, bytes: blobs.bytes })
      .from(blobs)
      .where(
        sql`(checked_at is null or checked_at < ${began} - interval '1 day' * ${againAfterDays}
          or (damage is not null and checked_at < ${began}))`,
      )
      .orderBy(sql`checked_at nulls first`)
      .limit(batch);
    if (due.length === 0) break;
    for (const blob of due) {
      signal.throwIfAborted();
      if (done.bytes >= limits.bytesPerTurn) break;
      await compare(ctx, blob, signal, limits.bytesPerSecond);
      done.blobs++;
      done.bytes += blob.bytes;
    }
  }
  const [count] = await ctx.db.execute<{ damaged: number }>(
    sql`select count(*)::int as damaged from blobs where damage is not null`,
  );
  return { ...done, damaged: count?.damaged ?? 0 };
}

/** Whatever is gone or has another size is found at once: it takes no reading. */
async function compareSizes(ctx: JobCtx, signal: AbortSignal): Promise<void> {
  for (let after = ""; ; ) {
    const rows = await ctx.db
      .select({ sha256: blobs.sha256, bytes: blobs.bytes })
      .from(blobs)
      .where(sql`sha256 > ${after} and damage is null and unnamed_since is null`)
      .orderBy(blobs.sha256)
      .limit(batch);
    for (const blob of rows) {
      signal.throwIfAborted();
      const found = await stat(ctx.storage.pathOf(blob.sha256)).catch(() => null);
      if (found?.size !== blob.bytes) await compare(ctx, blob, signal);
    }
    const last = rows.at(-1);
    if (!last || rows.length < batch) return;
    after = last.sha256;
  }
}

async function compare(ctx: JobCtx, blob: Blob, signal: AbortSignal, bytesPerSecond?: number): Promise<void> {
  const path = ctx.storage.pathOf(blob.sha256);
  const mine = eq(blobs.sha256, blob.sha256);
  if (await isIntact(path, blob, signal, bytesPerSecond)) {
    await ctx.db.update(blobs).set({ checkedAt: sql`now()`, damage: null }).where(mine);
    return;
  }
  await transact(ctx, async ({ db }) => {
    // with its row held nobody records the same bytes: what is found now is what is noted
    const [row] = await db.select().from(blobs).where(mine).for("update");
    if (!row) return;
    const well = await isIntact(path, blob, signal);
    const damage = well ? null : (await ctx.storage.has(blob.sha256)) ? ("changed" as const) : ("missing" as const);
    await db.update(blobs).set({ checkedAt: sql`now()`, damage }).where(mine);
    if (!damage) return;
    const uses = await usesOf(db, [blob.sha256]);
    log.error(
      { sha256: blob.sha256, damage, uses: uses.map((use) => `${use.project}: ${use.name}`) },
      "storage.damaged",
    );
  });
}

async function databaseNow({ db }: JobCtx): Promise<string> {
  const [row] = await db.execute<{ now: string }>(sql`select now()::text as now`);
  return row?.now ?? "";
}
