import { join } from "node:path";
import { and, eq, isNotNull, isNull, notInArray, sql, sum } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { env } from "#server/env.ts";
import { folderBytes } from "#server/folder-bytes.ts";
import { isFinal } from "#server/runs/status.rule.ts";
import { listDamage } from "#server/storage/damage.ts";
import { blobNames } from "#server/storage/names.ts";
import type { Storage } from "#server/storage.ts";

/** A folder is not walked again within this time. */
const keptForMs = 30_000;

type BlobKinds = { datasets: number; models: number; uploads: number; unnamed: number };

/** What this project takes on the disk, in bytes by kind, and which of it is damaged. What it shares with others counts fully. */
export async function projectDisk(ctx: Pick<Ctx, "db" | "projectId">) {
  const { db, projectId } = ctx;
  const [{ unnamed: _, ...named }, under, damaged] = await Promise.all([
    blobBytes(db, projectId),
    db.execute<{ bytes: string }>(sql`select coalesce(sum(bytes_received), 0)::text as bytes from uploads
      where status = 'open' and project_id = ${projectId}`),
    listDamage(db, projectId),
  ]);
  const runBytes = await bytesOfRuns(db, projectId);
  const kinds = { ...named, uploads: named.uploads + Number(under[0]?.bytes ?? 0), runs: runBytes };
  return { kinds, bytes: Object.values(kinds).reduce((sum, bytes) => sum + bytes, 0), damaged };
}

/** The whole data folder, in bytes by kind, what its disk has left, and everything that is damaged. */
export async function machineDisk({ db, storage }: { db: Db; storage: Storage }) {
  const root = env().FORGE_DATA;
  const [blobs, room, damaged, database] = await Promise.all([
    blobBytes(db),
    storage.room(),
    listDamage(db),
    db.execute<{ bytes: string }>(sql`select pg_database_size(current_database())::text as bytes`),
  ]);
  const folder = (name: string) => remembered(name, () => folderBytes(join(root, name)));
  const { uploads, unnamed, ...named } = blobs;
  const kinds = {
    ...named,
    uploads: uploads + (await folder("tmp")),
    runs: await bytesOfRuns(db),
    spool: await folder("spool"),
    logs: await folder("logs"),
    database: Number(database[0]?.bytes ?? 0),
    toBeFreed: unnamed,
  };
  return { ...room, kinds, damaged };
}

/** Stored bytes by what names them, each blob once: data before models before uploads. */
async function blobBytes(db: Db, projectId?: string): Promise<BlobKinds> {
  const here = projectId ? sql`where project_id = ${projectId}` : sql``;
  const joined = projectId ? sql`join` : sql`left join`;
  const rows = await db.execute<{ kind: keyof BlobKinds; bytes: string }>(sql`
    select case rank when 1 then 'datasets' when 2 then 'models' when 3 then 'uploads' else 'unnamed' end as kind,
      sum(b.bytes)::text as bytes
    from blobs b ${joined} (select sha256, min(case kind when 'dataset' then 1 when 'file' then 1 when 'artifact' then 2 else 3 end)
      as rank from ${blobNames} n ${here} group by sha256) named on named.sha256 = b.sha256
    group by rank`);
  const none: BlobKinds = { datasets: 0, models: 0, uploads: 0, unnamed: 0 };
  return { ...none, ...Object.fromEntries(rows.map((row) => [row.kind, Number(row.bytes)])) };
}

/**
 * The folders of a project's runs, or of all. A run that has ended is walked once and its size kept with its row, so a
 * call costs the folders of runs under way and one sum, however many have ended.
 */
async function bytesOfRuns(db: Db, projectId?: string): Promise<number> {
  const here = and(projectId ? eq(runs.projectId, projectId) : undefined, isNull(runs.deletedAt));
  const walked = await db
    .select({ id: runs.id, status: runs.status })
    .from(runs)
    .where(and(here, isNull(runs.folderBytes)));
  let bytes = 0;
  for (const { id, status } of walked) {
    const found = await remembered(`runs/${id}`, () => folderBytes(join(env().FORGE_DATA, "runs", id)));
    bytes += found;
    if (!isFinal(status)) continue;
    // a run resumed meanwhile is left alone
    await db
      .update(runs)
      .set({ folderBytes: found })
      .where(and(eq(runs.id, id), eq(runs.status, status), isNull(runs.folderBytes)));
    walks.delete(`runs/${id}`);
  }
  const ids = walked.map(({ id }) => id);
  const [kept] = await db
    .select({ bytes: sum(runs.folderBytes).mapWith(Number) })
    .from(runs)
    .where(and(here, isNotNull(runs.folderBytes), ids.length > 0 ? notInArray(runs.id, ids) : undefined));
  return bytes + (kept?.bytes ?? 0);
}

const walks = new Map<string, { untilMs: number; bytes: Promise<number> }>();

function remembered(key: string, walk: () => Promise<number>): Promise<number> {
  const known = walks.get(key);
  if (known && known.untilMs > performance.now()) return known.bytes;
  const bytes = walk();
  walks.set(key, { untilMs: performance.now() + keptForMs, bytes });
  bytes.catch(() => walks.delete(key));
  return bytes;
}
