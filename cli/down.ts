import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { print, withProgress } from "#cli/output.ts";
import { dataDir, processesFile } from "#cli/paths.ts";
import { endProcess, isAlive } from "#server/ops/processes/identity.ts";
import { readProcesses } from "#server/ops/processes/registry.ts";

const stopWithinMs = 90_000;
const orphanGraceMs = 10_000;

/** `forge down`: stop the supervisor and with it everything; also ends what a killed supervisor left behind. */
export function registerDown(program: Command): void {
  program
    .command("down")
    .description("stop the control plane")
    .action(async (_options: unknown, command: Command) => {
      const stopped = await stopEverything();
      print(command, stopped, (result) => (result.stopped ? "stopped" : `nothing ran for ${dataDir}`));
    });
}

/** Stop what runs for this data folder; returns whether anything did. */
export async function stopEverything(): Promise<{ stopped: boolean }> {
  const processes = readProcesses(processesFile);
  if (!processes) return { stopped: false };
  const supervisor = { pid: processes.supervisorPid, startTime: processes.supervisorStartTime };
  const ran = isAlive(supervisor) || processes.processes.some(isAlive);
  if (!ran) return { stopped: false };
  await withProgress("stopping", async () => {
    if (isAlive(supervisor)) {
      process.kill(supervisor.pid, "SIGTERM");
      const deadline = performance.now() + stopWithinMs;
      while (isAlive(supervisor) && performance.now() < deadline) await sleep(100);
    }
    for (const left of readProcesses(processesFile)?.processes ?? []) await endProcess(left, orphanGraceMs);
    await stopLeftDatabase();
  });
  return { stopped: true };
}

/** After a killed supervisor the embedded database may still run: adopt it, then stop it. */
async function stopLeftDatabase() {
  const { existsSync } = await import("node:fs");
  const { join } = await import("node:path");
  const dir = join(dataDir, "pg");
  if (process.env.DATABASE_URL || !existsSync(join(dir, "cluster", "postmaster.pid"))) return;
  const { startEmbeddedPostgres } = await import("#db/embedded.ts");
  const database = await startEmbeddedPostgres({ dir });
  await database.stop();
}
