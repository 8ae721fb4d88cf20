import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { and, eq, inArray } from "drizzle-orm";
import { modelVersions } from "#db/schema/models.ts";
import { uploads } from "#db/schema/storage.ts";
import type { JobCtx } from "#server/jobs/context.ts";
import { graceMs } from "#server/storage/grace.rule.ts";

/** A half-written file that nobody has written to for a day is a killed process's. */
const quietMs = 86_400_000;

/**
 * Remove what killed processes left in the folder for unfinished work: half-written files, parts of uploads that are no
 * longer open, fetched files of model imports that have ended → how many.
 */
export async function collectTmp({ db, storage }: Pick<JobCtx, "db" | "storage">): Promise<number> {
  const folder = await storage.tmp();
  const names = await readdir(folder);
  const uploadOf = (name: string) => /^(upl_[0-9a-z]+)\.upload$/.exec(name)?.[1];
  const versionOf = (name: string) => /^import-(mv_[0-9a-z]+)$/.exec(name)?.[1];
  const open = await db
    .select({ id: uploads.id })
    .from(uploads)
    .where(
      and(eq(uploads.status, "open"), inArray(uploads.id, ["", ...names.flatMap((name) => uploadOf(name) ?? [])])),
    );
  const importing = await db
    .select({ id: modelVersions.id })
    .from(modelVersions)
    .where(
      and(
        eq(modelVersions.status, "importing"),
        inArray(modelVersions.id, ["", ...names.flatMap((name) => versionOf(name) ?? [])]),
      ),
    );
  const wanted = new Set([...open, ...importing].map((row) => row.id));
  let removed = 0;
  const now = (await storage.time()).getTime();
  for (const name of names) {
    const id = uploadOf(name) ?? versionOf(name);
    if (id ? wanted.has(id) : !/\.(part|gone|clock)$/.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (!found || now - found.mtimeMs < (id ? graceMs : quietMs)) continue;
    await rm(path, { recursive: true, force: true });
    removed++;
  }
  return removed;
}
