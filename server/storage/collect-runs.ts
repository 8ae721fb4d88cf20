import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { eq, inArray, sql } from "drizzle-orm";
import { runs } from "#db/schema/runs.ts";
import { fileSystemTime } from "#server/blob-files.ts";
import type { JobCtx } from "#server/jobs/context.ts";
import { isFinal } from "#server/runs/status.rule.ts";
import { bestOf, stepOf, wholeCheckpoints } from "#server/runs/trainer/checkpoints.ts";
import { removeRunFolder, runFolderAt } from "#server/runs/trainer/folder.ts";
import { graceMs } from "#server/storage/grace.rule.ts";

const batch = 500;

/** Where runs lie, and for how many days after its end a run keeps all that its trainer wrote. */
export type RunRetention = { folder: string; keepDays: number };

/**
 * Remove the folders of runs that were deleted or are no longer there, and from those that ended more than `keepDays` ago whatever no
 * resume needs: of a success the checkpoints, the adapter (it is a model version now) and the links, of a failed or
 * cancelled run all checkpoints but the newest and the one of the lowest validation loss. The log, the events and the spec stay with the run.
 */
export async function collectRunFolders({ db }: Pick<JobCtx, "db">, retention: RunRetention, signal: AbortSignal) {
  const names = (await readdir(retention.folder).catch(() => [])).filter((name) => /^run_[0-9a-z]+$/.test(name));
  const done = { removed: 0, trimmed: 0 };
  if (names.length === 0) return done;
  const oldBefore = (await fileSystemTime(retention.folder)).getTime() - graceMs;
  for (let i = 0; i < names.length; i += batch) {
    signal.throwIfAborted();
    const some = names.slice(i, i + batch);
    const old = sql<boolean>`coalesce(${runs.finishedAt} < now() - interval '1 day' * ${retention.keepDays}, false)`;
    const rows = await db
      .select({ id: runs.id, status: runs.status, old, deletedAt: runs.deletedAt })
      .from(runs)
      .where(inArray(runs.id, some));
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const name of some) {
      const run = byId.get(name);
      const folder = runFolderAt(join(retention.folder, name));
      if (!run || run.deletedAt) {
        const found = await stat(folder.root).catch(() => null);
        if (!found || (!run && found.mtimeMs > oldBefore)) continue;
        if (await removeRunFolder(folder)) done.removed++;
      } else if (run.old && isFinal(run.status)) {
        const trimmed =
          run.status === "succeeded" ? await trimSucceeded(folder) : await keepNewestAndBest(folder.checkpoints);
        if (!trimmed) continue;
        done.trimmed++;
        await db.update(runs).set({ folderBytes: null }).where(eq(runs.id, name));
      }
    }
  }
  return done;
}

type Folder = ReturnType<typeof runFolderAt>;

async function trimSucceeded({ root, checkpoints, adapter, adapterGguf }: Folder): Promise<boolean> {
  const paths = [checkpoints, adapter, adapterGguf, join(root, "base"), join(root, "data")];
  const there = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
  for (const path of paths) await rm(path, { recursive: true, force: true });
  return there.some((found) => found !== null);
}

/** What a resume goes on from is the newest whole checkpoint; the trainer never prunes the best, so neither do we. */
async function keepNewestAndBest(folder: string): Promise<boolean> {
  const [newest, ...older] = await wholeCheckpoints(folder);
  if (!newest) return false;
  const best = bestOf([newest, ...older]);
  const steps = new Set([newest.step, best?.step]);
  const leaving = (await readdir(folder)).filter((name) => {
    const step = stepOf(name);
    return step !== null && step < newest.step && !steps.has(step);
  });
  for (const name of leaving) {
    await rm(join(folder, name, "manifest.json"), { force: true }); // first, so that a crash leaves no half-true one
    await rm(join(folder, name), { recursive: true, force: true });
  }
  return leaving.length > 0;
}
