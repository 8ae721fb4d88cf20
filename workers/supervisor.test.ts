import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "#db/embedded.ts";
import { findPostmaster, stopServerOf } from "#db/postmaster.ts";
import { readProcesses } from "#server/ops/processes/registry.ts";
import { until } from "#server/process.fixture.ts";

/** The supervisor of a data folder of its own, on free ports; nothing that it starts outlives the test. */
async function startSupervisor(settings: Record<string, string>) {
  const data = mkdtempSync(join(tmpdir(), "largeforge supervisor "));
  const cluster = join(data, "pg", "cluster");
  const ports = { console: await freePort(), api: await freePort() };
  const env = {
    ...process.env,
    FORGE_DATA: data,
    FORGE_ROOT: join(import.meta.dirname, ".."),
    REDIS_URL: "",
    FORGE_PORT: String(ports.console),
    FORGE_API_PORT: String(ports.api),
    ...settings,
  };
  const supervisor = spawn(process.execPath, [join(import.meta.dirname, "supervisor.ts")], { env, stdio: "ignore" });
  onTestFinished(async () => {
    supervisor.kill("SIGKILL");
    await stopServerOf(cluster);
    rmSync(data, { recursive: true, force: true });
  });
  return { supervisor, cluster, ports, file: join(data, "run", "processes.json") };
}

test("a supervisor told to stop while its database is coming up takes it along", async () => {
  const { supervisor, cluster } = await startSupervisor({ DATABASE_URL: "" });
  await until(async () => existsSync(join(cluster, "postmaster.pid")));
  supervisor.kill("SIGTERM");
  expect(await once(supervisor, "exit")).toEqual([0, null]);
  expect(await findPostmaster(cluster)).toBeNull();
});

test("what listens on every address is given out under one that a browser can open", async () => {
  const { ports, file } = await startSupervisor({ FORGE_HOST: "0.0.0.0" });
  const published = await until(async () => readProcesses(file));
  expect(published).toMatchObject({
    consoleUrl: `http://localhost:${ports.console}`,
    apiUrl: `http://127.0.0.1:${ports.api}/v1`,
  });
});
