import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "#db/embedded.ts";
import { inDatabase } from "#db/testing.ts";
import { testSecret } from "#server/deployments/deployments.fixture.ts";
import { addKey, addProject } from "#server/gateway/gateway.fixture.ts";
import { superviseChild } from "#server/ops/processes/child.ts";
import { callSteadily, superviseGateway } from "#server/ops/processes/gateway-process.fixture.ts";
import { holdListener } from "#server/ops/processes/listener.ts";
import { until } from "#server/process.fixture.ts";

const folder = () => mkdtempSync(join(tmpdir(), "largeforge listener "));

/** A child that takes the socket and answers with its pid. */
function answering(): ChildProcess {
  const script = `
    import { createServer } from "node:http";
    import { inheritedListener } from ${JSON.stringify(join(import.meta.dirname, "listener.ts"))};
    const handle = await inheritedListener();
    createServer((request, response) => response.end(String(process.pid))).listen(handle);`;
  const args = ["--input-type=module", "-e", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

const answerOf = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).text();

test("a call that comes while nobody is there is answered by the next child", async () => {
  const port = await freePort();
  const listener = await holdListener("127.0.0.1", port);
  onTestFinished(() => listener.close());
  const first = answering();
  listener.give(first);
  await until(async () => (await answerOf(port).catch(() => null)) === String(first.pid));
  first.kill("SIGKILL");
  await once(first, "exit");
  const waiting = answerOf(port);
  const second = answering();
  listener.give(second);
  expect(await waiting).toBe(String(second.pid));
});

test("while a child cannot start, callers are told so with a Retry-After, those that wait already too", async () => {
  const dir = folder();
  const port = await freePort();
  const good = `
    import { createServer } from "node:http";
    import { existsSync } from "node:fs";
    import { inheritedListener } from ${JSON.stringify(join(import.meta.dirname, "listener.ts"))};
    const handle = await inheritedListener();
    if (!existsSync("works")) process.exit(1);
    createServer((request, response) => response.end("works")).listen(handle);`;
  writeFileSync(join(dir, "works"), "");
  writeFileSync(join(dir, "program.ts"), good);
  const logFd = openSync(join(dir, "log"), "a");
  onTestFinished(() => closeSync(logFd));
  const listener = await holdListener("127.0.0.1", port);
  const url = `http://127.0.0.1:${port}/`;
  const plan = {
    name: "gateway" as const,
    args: ["program.ts"],
    port,
    isPublic: true,
    ready: { url },
    stopWithinMs: 300,
  };
  const child = superviseChild({ plan, cwd: dir, env: process.env, logFd, listener, onChange: () => {} });
  onTestFinished(() => child.stop());
  await child.ready;
  rmSync(join(dir, "works"));
  process.kill(child.row().pid, "SIGKILL");
  const answer = await fetch(url);
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await answer.json()).toMatchObject({ error: { code: "unavailable", type: "server_error" } });
  writeFileSync(join(dir, "works"), "");
  expect(await until(async () => (await answerOf(port)) === "works")).toBe(true);
});

test("kill -9 of the gateway under a stream of calls refuses nobody", { timeout: 120_000 }, () =>
  inDatabase(async ({ db, url: databaseUrl }) => {
    const { key } = await addKey(db, await addProject(db));
    const port = await freePort();
    const gateway = await superviseGateway({ databaseUrl, dataDir: folder(), secret: testSecret, port, held: true });
    onTestFinished(() => gateway.stop());
    await gateway.ready;
    const url = `http://127.0.0.1:${port}/v1/models`;
    await until(async () => (await fetch(url, { headers: { authorization: `Bearer ${key}` } })).ok);
    const stop = new AbortController();
    const counting = callSteadily(url, key, stop.signal);
    const first = gateway.row().pid;
    process.kill(first, "SIGKILL");
    await until(async () => gateway.row().pid !== first && gateway.row().state === "ready");
    stop.abort();
    const counts = await counting;
    expect(counts).toMatchObject({ refused: 0, unavailable: 0 });
    expect(counts.answered).toBeGreaterThan(100);
  }),
);
