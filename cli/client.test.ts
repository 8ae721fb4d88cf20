import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { writeProcesses } from "#server/ops/processes/registry.ts";

/** A server that keeps the keys it is sent, and a data folder with an admin key. */
async function world() {
  const keys: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers.authorization);
    response.writeHead(404).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const data = mkdtempSync(join(tmpdir(), "largeforge client "));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  writeFileSync(join(data, "admin-key"), "the-admin-key");
  const forge = (env: Record<string, string>) =>
    new Promise<{ code: unknown; stderr: string }>((resolve) => {
      const command = [join(import.meta.dirname, "main.ts"), "models", "list"];
      const all = { ...process.env, FORGE_API_KEY: "", FORGE_DATA: data, ...env };
      execFile(process.execPath, command, { env: all }, (error, _stdout, stderr) =>
        resolve({ code: error?.code, stderr }),
      );
    });
  return { keys, port, data, forge };
}

test("the admin key of this machine is never sent to another control plane", async () => {
  const { keys, port, forge } = await world();
  const refused = await forge({ FORGE_URL: `http://127.0.0.1:${port}` });
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain("set FORGE_API_KEY to a key of that one");
  expect(keys).toEqual([]);
  await forge({ FORGE_URL: `http://127.0.0.1:${port}`, FORGE_API_KEY: "a-key-of-that-one" });
  expect(keys).toEqual(["Bearer a-key-of-that-one"]);
});

test("the admin key is used for this installation's own address, by any name of loopback", async () => {
  const { keys, port, data, forge } = await world();
  writeProcesses(join(data, "run", "processes.json"), {
    supervisorPid: 1,
    supervisorStartTime: "1",
    state: "ready",
    failure: null,
    consoleUrl: `http://localhost:${port}`,
    apiUrl: "",
    firstAdminUrl: null,
    processes: [],
  });
  await forge({ FORGE_URL: `http://127.0.0.1:${port}` });
  expect(keys).toEqual(["Bearer the-admin-key"]);
});
