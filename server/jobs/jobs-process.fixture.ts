import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export type JobsProcess = {
  child: ChildProcess;
  pid: number;
  kill: (signal: NodeJS.Signals) => Promise<number | null>;
};

/** A data folder as the supervisor makes it. */
export function testDataFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "largeforge-test-data-"));
}

/** Start the real jobs worker on a database and a data folder; returns when its heartbeat file names it. */
export async function startJobs(
  databaseUrl: string,
  dataFolder: string,
  extra: Record<string, string> = {},
): Promise<JobsProcess> {
  const script = fileURLToPath(new URL("../../workers/jobs.ts", import.meta.url));
  const settings = { DATABASE_URL: databaseUrl, FORGE_DATA: dataFolder, FORGE_SECRET: "s".repeat(32) };
  const env = {
    ...process.env,
    FORGE_LOG_LEVEL: process.env.FORGE_TEST_LOG ?? "warn",
    FORGE_PROCESS: "jobs",
    ...settings,
    ...extra,
  };
  const child = spawn(process.execPath, [script], { env, stdio: ["ignore", "inherit", "inherit"] });
  const exited = once(child, "exit");
  const named = async () => readFile(join(dataFolder, "run", "jobs.ready"), "utf8").catch(() => "");
  while ((await named()) !== String(child.pid)) {
    if (child.exitCode !== null) throw new Error(`the jobs worker ended with ${child.exitCode} before it was ready`);
    await sleep(50);
  }
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return { child, pid: child.pid ?? 0, kill };
}
