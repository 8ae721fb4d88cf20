import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type ProcessRow, writeProcesses } from "#server/ops/processes/registry.ts";
import { startTimeOf } from "#server/process.ts";

/** A process that lives as long as the test, as the registry would name it. */
async function living(name: string): Promise<ProcessRow> {
  const child = spawn("sleep", ["120"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  return { name, pid, startTime: startTimeOf(pid) ?? "", port: null, url: null, restarts: 0, state: "ready" };
}

const gone = (name: string, state: ProcessRow["state"] = "ready"): ProcessRow => ({
  name,
  pid: 2 ** 22 + 1,
  startTime: "1",
  port: null,
  url: null,
  restarts: 0,
  state,
});

/** What `forge status --json` says of a data folder with this supervisor and these processes. */
async function statusOf(supervisor: ProcessRow, processes: ProcessRow[]) {
  const data = mkdtempSync(join(tmpdir(), "largeforge status "));
  writeProcesses(join(data, "run", "processes.json"), {
    supervisorPid: supervisor.pid,
    supervisorStartTime: supervisor.startTime,
    state: "ready",
    failure: null,
    consoleUrl: "http://localhost:1",
    apiUrl: "http://127.0.0.1:2/v1",
    firstAdminUrl: null,
    processes,
  });
  const args = [join(import.meta.dirname, "main.ts"), "status", "--json"];
  const env = { ...process.env, FORGE_DATA: data };
  return new Promise<{ code: unknown; report: Record<string, unknown> & { problems?: string[] } }>((resolve) => {
    execFile(process.execPath, args, { env }, (error, stdout) =>
      resolve({ code: error?.code ?? 0, report: JSON.parse(stdout) }),
    );
  });
}

test("ready is only said while every process lives", async () => {
  const [supervisor, gateway] = [await living("supervisor"), await living("gateway")];
  expect(await statusOf(supervisor, [gateway])).toMatchObject({ code: 0, report: { state: "ready", problems: [] } });
  const { code, report } = await statusOf(supervisor, [gateway, gone("jobs")]);
  expect([code, report.state]).toEqual([3, "degraded"]);
  expect(report.problems).toEqual(["jobs has ended: ./forge logs --process jobs"]);
  const again = await statusOf(supervisor, [gateway, gone("jobs", "restarting")]);
  expect(again.report.problems?.[0]).toContain("is about to be restarted");
});

test("what a killed supervisor left alive is named, and nothing running is only said when nothing runs", async () => {
  const [gateway, jobs] = [await living("gateway"), await living("jobs")];
  const { code, report } = await statusOf(gone("supervisor"), [gateway, jobs, gone("console")]);
  expect([code, report.state]).toEqual([3, "left alone"]);
  expect(report.problems?.[0]).toContain("gateway, jobs still run. ./forge up takes over, ./forge down ends them");
  const none = await statusOf(gone("supervisor"), [gone("console")]);
  expect(none).toMatchObject({ code: 3, report: { error: { code: "UNAVAILABLE" } } });
});
