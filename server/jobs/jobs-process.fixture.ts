import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess, type TestProcess } from "#server/process.fixture.ts";

/** A data folder as the supervisor makes it. */
export function testDataFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "largeforge-test-data-"));
}

/** Start the real jobs worker on a database and a data folder; returns when its heartbeat file names it. */
export function startJobs(
  databaseUrl: string,
  dataFolder: string,
  extra: Record<string, string> = {},
): Promise<TestProcess> {
  const settings = { DATABASE_URL: databaseUrl, FORGE_DATA: dataFolder, FORGE_SECRET: "s".repeat(32) };
  const env = {
    ...process.env,
    FORGE_LOG_LEVEL: process.env.FORGE_TEST_LOG ?? "warn",
    FORGE_PROCESS: "jobs",
    ...settings,
    ...extra,
  };
  const ready = join(dataFolder, "run", "jobs.ready");
  return startProcess("jobs", env, async (pid) => (await readFile(ready, "utf8")) === String(pid));
}
