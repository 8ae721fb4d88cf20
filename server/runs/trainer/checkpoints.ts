import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { runFolder } from "#server/runs/trainer/folder.ts";

const Sealed = z.object({ validationLoss: z.number().nullish() });
type WholeCheckpoint = { step: number; validationLoss: number | null };

/** The step that a checkpoint's folder is named after; null for any other name. */
export function stepOf(name: string): number | null {
  const found = /^checkpoint-(\d+)$/.exec(name);
  return found ? Number(found[1]) : null;
}

/** The checkpoints in a run's folder that have their manifest, which is written last, newest first; none without a folder. */
export async function wholeCheckpoints(folder: string): Promise<WholeCheckpoint[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const step = stepOf(name);
      const text = step === null ? null : await readFile(join(folder, name, "manifest.json"), "utf8").catch(() => null);
      return step === null || text === null ? [] : [{ step, validationLoss: lossIn(text) }];
    }),
  );
  return found.flat().sort((a, b) => b.step - a.step);
}

/** The steps whose checkpoints lie here; null when the run's folder is on another machine. */
export async function keptSteps(runId: string): Promise<Set<number> | null> {
  const folder = runFolder(runId);
  if (!existsSync(folder.root)) return null;
  return new Set((await wholeCheckpoints(folder.checkpoints)).map(({ step }) => step));
}

/** The one of the lowest validation loss, the earliest of equals; null when none was evaluated. */
export function bestOf(newestFirst: readonly WholeCheckpoint[]): WholeCheckpoint | null {
  return newestFirst.reduce<WholeCheckpoint | null>((best, each) => {
    if (each.validationLoss === null) return best;
    return best?.validationLoss == null || each.validationLoss <= best.validationLoss ? each : best;
  }, null);
}

function lossIn(manifest: string): number | null {
  try {
    return Sealed.parse(JSON.parse(manifest)).validationLoss ?? null;
  } catch {
    return null;
  }
}
