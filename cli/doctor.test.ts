import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startTimeOf } from "#server/ops/processes/identity.ts";
import { writeProcesses } from "#server/ops/processes/registry.ts";

test("a port that this installation's own process has is no warning", async () => {
  const data = mkdtempSync(join(tmpdir(), "largeforge doctor "));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const startTime = startTimeOf(process.pid) ?? "";
  const row = { pid: process.pid, startTime, url: null, restarts: 0, state: "ready" as const };
  writeProcesses(join(data, "run", "processes.json"), {
    ...{ supervisorPid: process.pid, supervisorStartTime: startTime, state: "ready", failure: null },
    ...{ consoleUrl: "http://127.0.0.1:3000", apiUrl: "http://127.0.0.1:4000/v1", firstAdminUrl: null },
    processes: [{ ...row, name: "console", port: 3000 }],
  });
  const env = { ...process.env, FORGE_DATA: data, FORGE_PORT: "3000" };
  const stdout = await new Promise<string>((resolve) => {
    const command = [join(import.meta.dirname, "main.ts"), "doctor", "--json"];
    execFile(process.execPath, command, { env }, (_error, text) => resolve(text));
  });
  expect(JSON.parse(stdout).findings).toContainEqual({
    ...{ check: "port", state: "ok", remedy: null, found: "3000 is this installation's own console" },
  });
});
