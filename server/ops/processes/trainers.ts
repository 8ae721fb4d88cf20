import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { endProcess, isAlive } from "#server/process.ts";
import { PidFile } from "#server/runs/contract.ts";

const graceMs = 15_000;

/**
 * End the trainers that run for this data folder → how many did. They outlive the jobs process by design; when
 * everything stops they checkpoint too, and go on at the next start.
 */
export async function endTrainers(dataDir: string): Promise<number> {
  const runs = join(dataDir, "runs");
  const found = existsSync(runs) ? readdirSync(runs).map((name) => readTrainer(join(runs, name, "pid.json"))) : [];
  const alive = found.filter((trainer) => trainer !== null).filter(isAlive);
  for (const trainer of alive) await endProcess(trainer, graceMs);
  return alive.length;
}

/** The trainer that a run's folder names; null when it names none, or only half of one. */
function readTrainer(file: string) {
  try {
    return PidFile.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}
