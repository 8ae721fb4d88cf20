import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { writeProcesses } from "#server/ops/processes/registry.ts";
import { startTimeOf } from "#server/process.ts";
import { fileStorage } from "#server/storage.ts";

test("a port that this installation's own process has is no warning, and one that listens elsewhere is said to", async () => {
  const data = mkdtempSync(join(tmpdir(), "largeforge doctor "));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const startTime = startTimeOf(process.pid) ?? "";
  const row = { pid: process.pid, startTime, url: null, restarts: 0, state: "ready" as const };
  writeProcesses(join(data, "run", "processes.json"), {
    supervisorPid: process.pid,
    supervisorStartTime: startTime,
    state: "ready",
    failure: null,
    consoleUrl: "http://127.0.0.1:3000",
    apiUrl: "http://127.0.0.1:4000/v1",
    firstAdminUrl: null,
    processes: [
      { ...row, name: "console", port: 3000 },
      { ...row, name: "gateway", port: 4711 },
    ],
  });
  const env = { ...process.env, FORGE_DATA: data, FORGE_PORT: "3000", FORGE_API_PORT: "4000" };
  const stdout = await new Promise<string>((resolve) => {
    const command = [join(import.meta.dirname, "main.ts"), "doctor", "--json"];
    execFile(process.execPath, command, { env }, (_error, text) => resolve(text));
  });
  expect(JSON.parse(stdout).items).toContainEqual({
    check: "port",
    state: "ok",
    remedy: null,
    found: "3000 is this installation's own console",
  });
  const found = JSON.parse(stdout).items.map((one: { found: string }) => one.found);
  expect(found).toContain("the API runs on 4711, not on 4000");
});

test("stored files are read again: a damaged one is a problem, also while nothing runs", async () => {
  const data = mkdtempSync(join(tmpdir(), "largeforge doctor "));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const storage = fileStorage(data);
  const good = await storage.put(Readable.from([Buffer.from("good")]));
  const bad = await storage.put(Readable.from([Buffer.from("as it was stored")]));
  const doctor = () =>
    new Promise<{ check: string; state: string; found: string; remedy: string | null } | undefined>((resolve) => {
      const command = [join(import.meta.dirname, "main.ts"), "doctor", "--json"];
      execFile(process.execPath, command, { env: { ...process.env, FORGE_DATA: data } }, (_error, text) =>
        resolve(JSON.parse(text).items.find((one: { check: string }) => one.check === "stored")),
      );
    });
  expect(await doctor()).toMatchObject({ state: "ok", found: "2 stored files (20 B) read, 0 damaged" });
  await rm(storage.pathOf(bad.sha256));
  await writeFile(storage.pathOf(bad.sha256), "as it was st0red");
  const found = await doctor();
  expect(found).toMatchObject({ state: "problem", found: "2 stored files (20 B) read, 1 damaged" });
  expect(found?.remedy).toContain(bad.sha256.slice(0, 12));
  expect(found?.remedy).not.toContain(good.sha256.slice(0, 12));
});
