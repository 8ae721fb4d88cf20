import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { superviseChild } from "#server/ops/processes/child.ts";
import { takeLock } from "#server/ops/processes/lock.ts";
import { portOrFree } from "#server/ops/processes/ports.ts";
import { readProcesses, writeProcesses } from "#server/ops/processes/registry.ts";
import { isAlive } from "#server/process.ts";

const folder = () => mkdtempSync(join(tmpdir(), "largeforge processes "));

/** Supervise a small program whose readiness is a file with its pid, as the jobs process does. */
function supervise(source: string) {
  const dir = folder();
  writeFileSync(join(dir, "program.mjs"), source);
  const ready = join(dir, "ready");
  const logFd = openSync(join(dir, "log"), "a");
  onTestFinished(() => closeSync(logFd));
  const plan = {
    name: "jobs" as const,
    args: ["program.mjs", ready],
    port: null,
    isPublic: false,
    ready: { file: ready },
    stopWithinMs: 300,
  };
  const child = superviseChild({ plan, cwd: dir, env: process.env, logFd, onChange: () => {} });
  onTestFinished(() => child.stop());
  return { child, dir };
}

const sayReady = `import { writeFileSync } from "node:fs"; writeFileSync(process.argv[2], String(process.pid));`;

test("a child that is killed comes back under a new pid", async () => {
  const { child } = supervise(`${sayReady} setInterval(() => {}, 1000);`);
  await child.ready;
  const first = child.row();
  process.kill(first.pid, "SIGKILL");
  while (child.row().pid === first.pid || child.row().state !== "ready") await sleep(20);
  expect(child.row().restarts).toBe(1);
  expect(isAlive(first)).toBe(false);
});

test("a child that ignores SIGTERM is killed after its grace, and nothing is left", async () => {
  const { child } = supervise(`${sayReady} process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`);
  await child.ready;
  const row = child.row();
  await child.stop();
  while (isAlive(row)) await sleep(20);
  expect(child.row().state).toBe("stopped");
});

test("a child that cannot start fails its start instead of hanging", async () => {
  const { child, dir } = supervise("console.error('no such setting'); process.exit(3);");
  await expect(child.ready).rejects.toThrow("ended three times while starting (last: 3)");
  expect(readFileSync(join(dir, "log"), "utf8")).toContain("no such setting");
});

test("a data folder has one owner, and a killed owner leaves no lock behind", async () => {
  const file = join(folder(), "run", "lock");
  const module = join(import.meta.dirname, "lock.ts");
  const script = `import { takeLock } from ${JSON.stringify(module)}; console.log(takeLock(${JSON.stringify(file)}) ? "mine" : "taken"); setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ["--input-type=module", "-e", script]);
  const [said] = await once(owner.stdout, "data");
  expect(String(said).trim()).toBe("mine");
  expect(takeLock(file)).toBeNull();
  owner.kill("SIGKILL");
  await once(owner, "exit");
  const lock = takeLock(file);
  expect(lock).not.toBeNull();
  lock?.release();
});

test("a taken port is replaced by a free one", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const taken = address && typeof address === "object" ? address.port : 0;
  const got = await portOrFree(taken, "127.0.0.1");
  expect(got).not.toBe(taken);
  expect(got).toBeGreaterThan(0);
});

test("processes.json is read back, and a damaged one counts as nothing running", () => {
  const file = join(folder(), "run", "processes.json");
  const empty = {
    supervisorPid: 1,
    supervisorStartTime: "1",
    state: "ready" as const,
    failure: null,
    consoleUrl: "c",
    apiUrl: "a",
    firstAdminUrl: null,
    processes: [],
  };
  writeProcesses(file, empty);
  expect(readProcesses(file)).toEqual(empty);
  writeFileSync(file, "{");
  expect(readProcesses(file)).toBeNull();
});
