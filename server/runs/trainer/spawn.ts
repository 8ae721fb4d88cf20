import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { TrainerFailure } from "#server/models/python/failure.ts";
import { trainerEnv, trainerPython } from "#server/models/python/python.ts";
import { killGroup, type ProcessRef, startTimeOf } from "#server/process.ts";
import type { RunFolder } from "#server/runs/trainer/folder.ts";

const mark = (runId: string) => `FORGE_RUN=${runId}`;

/**
 * Start the trainer as the leader of a process group of its own, so that it outlives this worker. What it prints
 * before it opens its own log goes there too. Throws TrainerFailure when the program cannot be started.
 */
export async function startTrainer(runId: string, folder: RunFolder): Promise<ProcessRef> {
  const log = await open(folder.log, "a");
  try {
    const args = ["-m", "largeforge_trainer", "--spec", folder.spec, "--out", folder.root];
    const child = spawn(trainerPython(), args, {
      cwd: folder.root,
      detached: true,
      env: trainerEnv({ FORGE_RUN: runId }),
      stdio: ["ignore", log.fd, log.fd],
    });
    await Promise.race([once(child, "spawn"), failed(child)]);
    child.unref();
    const pid = child.pid ?? 0;
    return { pid, startTime: startTimeOf(pid) ?? "" };
  } finally {
    await log.close();
  }
}

/** End whatever is left of a trainer and its children, at once. */
export function killTrainer(runId: string, trainer: ProcessRef): void {
  killGroup(trainer.pid, mark(runId));
}

async function failed(child: ReturnType<typeof spawn>): Promise<never> {
  const [error] = await once(child, "error");
  throw new TrainerFailure({
    code: "SETUP_MISSING",
    message: `the trainer could not be started: ${error instanceof Error ? error.message : "no reason given"}`,
    hint: "Run ./forge doctor: it checks the trainer environment.",
  });
}
