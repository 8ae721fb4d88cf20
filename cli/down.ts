import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { print, withProgress } from "#cli/output.ts";
import { dataDir, processesFile } from "#cli/paths.ts";
import { stopServerOf } from "#db/postmaster.ts";
import { readProcesses } from "#server/ops/processes/registry.ts";
import { endTrainers } from "#server/ops/processes/trainers.ts";
import { endProcess, isAlive } from "#server/process.ts";

const stopWithinMs = 90_000;
const orphanGraceMs = 10_000;

/** `forge down`: stop the supervisor and with it everything; also ends what killed processes left behind. */
export function registerDown(program: Command): void {
  program
    .command("down")
    .description("stop the control plane")
    .action(async (_options: unknown, command: Command) => {
      const stopped = await stopEverything();
      print(command, stopped, (result) => (result.stopped ? "stopped" : `nothing ran for ${dataDir}`));
    });
}

/**
 * Stop what runs for this data folder; returns whether anything did. Killed processes leave others behind, so trainers
 * and the database are looked for by what they wrote themselves.
 */
export async function stopEverything(): Promise<{ stopped: boolean }> {
  const processes = readProcesses(processesFile);
  const supervisor = { pid: processes?.supervisorPid ?? 0, startTime: processes?.supervisorStartTime ?? "" };
  let stopped = isAlive(supervisor);
  await withProgress("stopping", async () => {
    if (stopped) {
      process.kill(supervisor.pid, "SIGTERM");
      const deadline = performance.now() + stopWithinMs;
      while (isAlive(supervisor) && performance.now() < deadline) await sleep(100);
    }
    const left = (readProcesses(processesFile)?.processes ?? []).filter(isAlive);
    for (const row of left) await endProcess(row, orphanGraceMs);
    const trainers = await endTrainers(dataDir);
    const database = await stopServerOf(join(dataDir, "pg", "cluster"));
    stopped ||= left.length > 0 || trainers > 0 || database;
  });
  return { stopped };
}
