import { stat } from "node:fs/promises";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import type { Actor } from "#db/enums.ts";
import { blobs } from "#db/schema/storage.ts";
import type { SetAside } from "#server/blob-files.ts";
import { transact } from "#server/context.ts";
import type { JobCtx } from "#server/jobs/context.ts";
import { blobNames } from "#server/storage/names.ts";
import type { Storage } from "#server/storage.ts";

/** Rows and files looked at in one statement. */
const batch = 1_000;

/** Rolls a transaction back without being a failure. */
const stillWanted = new Error("still wanted");

type Ctx = Omit<JobCtx, "actor" | "db"> & { db: Db; actor: Actor };
type Collected = { blobs: number; bytes: number; waiting: number };

/**
 * Remove the blobs that no row has named for `graceMs`, and files without a row that were put longer ago →
 * how many, their bytes, and how many still wait for their hour. One short transaction a blob.
 */
export async function collectBlobs(ctx: Ctx, graceMs: number, signal: AbortSignal): Promise<Collected> {
  await markUnnamed(ctx);
  const done = { blobs: 0, bytes: 0 };
  const grace = sql`interval '1 millisecond' * ${graceMs}`;
  for (let after = ""; ; ) {
    const due = await ctx.db.execute<{ sha256: string; bytes: string }>(sql`select sha256, bytes from blobs
      where unnamed_since <= now() - ${grace} and sha256 > ${after} order by sha256 limit ${batch}`);
    for (const { sha256, bytes } of due) {
      signal.throwIfAborted();
      if (!(await collectBlob(ctx, sha256, graceMs))) continue;
      done.blobs++;
      done.bytes += Number(bytes);
    }
    const last = due.at(-1);
    if (!last || due.length < batch) break;
    after = last.sha256;
  }
  done.blobs += await collectStray(ctx, graceMs, signal);
  const [left] = await ctx.db.execute<{ waiting: number }>(
    sql`select count(*)::int as waiting from blobs where unnamed_since is not null`,
  );
  return { ...done, waiting: left?.waiting ?? 0 };
}

/** Note since when nothing names a blob; one that is named again is nobody's business here. */
async function markUnnamed({ db }: Ctx): Promise<void> {
  const named = sql`exists (select from ${blobNames} n where n.sha256 = blobs.sha256)`;
  await db.execute(sql`update blobs set unnamed_since = now() where unnamed_since is null and not ${named}`);
  await db.execute(sql`update blobs set unnamed_since = null where unnamed_since is not null and ${named}`);
}

/**
 * One blob, row and file. Its row is locked first, so that nobody can name it meanwhile; a file that was put again
 * within the hour stays: its writer is about to name it.
 */
async function collectBlob(ctx: Ctx, sha256: string, graceMs: number): Promise<boolean> {
  const mine = eq(blobs.sha256, sha256);
  const due = sql`${blobs.unnamedSince} <= now() - interval '1 millisecond' * ${graceMs}`;
  return takeAway(ctx, sha256, graceMs, async (tx) => {
    const [row] = await tx.select().from(blobs).where(and(mine, due)).for("update");
    return row !== undefined && !(await isNamed(tx, sha256));
  });
}

/** Files that no row knows: of a request that failed between storing and recording, or of an import that was refused. */
async function collectStray(ctx: Ctx, graceMs: number, signal: AbortSignal): Promise<number> {
  let collected = 0;
  const oldBefore = (await ctx.storage.time()).getTime() - graceMs;
  for await (const names of ctx.storage.list()) {
    for (let i = 0; i < names.length; i += batch) {
      signal.throwIfAborted();
      const some = names.slice(i, i + batch);
      const known = await ctx.db.select({ sha256: blobs.sha256 }).from(blobs).where(inArray(blobs.sha256, some));
      const rows = new Set(known.map((row) => row.sha256));
      for (const sha256 of some) {
        if (rows.has(sha256) || !(await isOlder(ctx.storage, sha256, oldBefore))) continue;
        // a row of our own holds off whoever wants to record the same bytes
        const alone = async (tx: Db) => {
          const mine = tx.insert(blobs).values({ sha256, bytes: 0 }).onConflictDoNothing();
          return (await mine.returning({ sha256: blobs.sha256 })).length > 0;
        };
        if (await takeAway(ctx, sha256, graceMs, alone)) collected++;
      }
    }
  }
  return collected;
}

/** `claim` locks the blob's row and decides; then the file leaves its place, the row goes, and at last the bytes. */
async function takeAway(ctx: Ctx, sha256: string, graceMs: number, claim: (db: Db) => Promise<boolean>) {
  const held: { aside: SetAside | null } = { aside: null };
  try {
    await transact(ctx, async ({ db }) => {
      if (!(await claim(db))) throw stillWanted;
      held.aside = await ctx.storage.setAside(sha256, graceMs);
      if (!held.aside) throw stillWanted;
      await db.delete(blobs).where(eq(blobs.sha256, sha256));
    });
  } catch (error) {
    await held.aside?.undo();
    if (error === stillWanted) return false;
    throw error;
  }
  await held.aside?.remove();
  return true;
}

async function isOlder(storage: Storage, sha256: string, beforeMs: number): Promise<boolean> {
  const found = await stat(storage.pathOf(sha256)).catch(() => null);
  return found !== null && found.mtimeMs <= beforeMs;
}

async function isNamed(db: Db, sha256: string): Promise<boolean> {
  const [row] = await db.execute<{ named: boolean }>(
    sql`select exists (select from ${blobNames} n where n.sha256 = ${sha256}) as named`,
  );
  return row?.named ?? true;
}
