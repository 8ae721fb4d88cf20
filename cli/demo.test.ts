import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openTestConsole } from "#cli/datasets/console.fixture.ts";
import { accountToShow, demoAccount } from "#cli/demo.ts";
import { onlyDemoAccount } from "#cli/people/demo-account.ts";
import { writeProcesses } from "#server/ops/processes/registry.ts";
import { isAlive, startTimeOf } from "#server/process.ts";

function folder() {
  const data = mkdtempSync(join(tmpdir(), "largeforge demo "));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  return data;
}

test("a demo beside an up that nobody has claimed says what to do first, and --exit does not stop what it did not start", async () => {
  const data = folder();
  const stranger = spawn("sleep", ["600"]);
  onTestFinished(() => void stranger.kill("SIGKILL"));
  await once(stranger, "spawn");
  const up = { pid: stranger.pid ?? 0, startTime: startTimeOf(stranger.pid ?? 0) ?? "" };
  writeProcesses(join(data, "run", "processes.json"), {
    supervisorPid: up.pid,
    supervisorStartTime: up.startTime,
    state: "ready",
    failure: null,
    processes: [],
    consoleUrl: "http://127.0.0.1:1",
    apiUrl: "",
    firstAdminUrl: "http://127.0.0.1:1/welcome/token",
  });
  const demo = [join(import.meta.dirname, "main.ts"), "demo", "--exit", "--json"];
  const env = { ...process.env, FORGE_DATA: data, FORGE_ADMIN_EMAIL: "", FORGE_ADMIN_PASSWORD: "" };
  const refused = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
    execFile(process.execPath, demo, { env }, (error, stdout) => resolve({ code: error?.code, stdout }));
  });
  expect(refused.code).toBe(5);
  expect(JSON.parse(refused.stdout).error.message).toContain("open http://127.0.0.1:1/welcome/token first");
  expect(isAlive(up)).toBe(true);
});

test("the demo shows an account only where it is somebody's", async () => {
  const data = folder();
  const testConsole = await openTestConsole();
  onTestFinished(testConsole.close);
  const { connection } = testConsole;
  expect(await accountToShow(connection, data)).toBeNull();
  const only = () => onlyDemoAccount(data, () => connection);
  expect(await only()).toBeNull();
  const account = demoAccount(data);
  expect(await accountToShow(connection, data)).toBeNull();
  const { token } = await connection.trpc.projects.invite.mutate({ email: account.email, role: "admin" });
  await connection.trpc.projects.acceptInvitation.mutate({ token, name: "Demo", password: account.password });
  expect(await accountToShow(connection, data)).toEqual(account);
  expect(await only()).toBe(account.email);
  expect(demoAccount(data)).toEqual(account);
  const second = await connection.trpc.projects.invite.mutate({ email: "ada@example.test", role: "admin" });
  const ada = { token: second.token, name: "Ada", password: "a long enough password" };
  await connection.trpc.projects.acceptInvitation.mutate(ada);
  expect(await only()).toBeNull();
});
