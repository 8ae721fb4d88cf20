import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { newId } from "#db/ids.ts";
import { installation } from "#db/schema/storage.ts";
import type { JobCtx } from "#server/jobs/context.ts";

/**
 * Does this data folder belong to this database? To another one (a new Postgres, a restored copy of somebody else's)
 * every blob would look unnamed. The first look writes the database's id beside the blobs.
 */
export async function isOurs({ db, storage }: Pick<JobCtx, "db" | "storage">): Promise<boolean> {
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
