import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "#cli/paths.ts";
import { until } from "#server/process.fixture.ts";

/** What stands as the step of set-up once a second trainer.sh has looked at the lock of a first one, started by `parent`. */
async function stepWhileWaiting(parent: number) {
  const dir = mkdtempSync(join(tmpdir(), "largeforge tools "));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const bin = join(dir, "bin");
  const lock = join(dir, "trainer.lock");
  for (const made of [bin, lock]) mkdirSync(made);
  writeFileSync(join(dir, "trainer.step"), "installing torch\n");
  for (const [name, value] of Object.entries({ pid: process.pid, parent, what: "building" }))
    writeFileSync(join(lock, name), `${value}\n`);
  const looked = join(dir, "looked"); // it sleeps after each look
  writeFileSync(join(bin, "sleep"), `#!/bin/sh\ntouch "${looked}"\nPATH="\${PATH#*${delimiter}}" exec sleep "$@"\n`, {
    mode: 0o755,
  });
  const env = { ...process.env, FORGE_TOOLS: dir, PATH: [bin, process.env.PATH].join(delimiter) };
  const second = spawn("bash", [join(root, "cli", "setup", "trainer.sh")], { env, stdio: "ignore" });
  const ended = once(second, "exit");
  await until(async () => existsSync(looked));
  second.kill("SIGTERM");
  await ended;
  return readFileSync(join(dir, "trainer.step"), "utf8").trim();
}

test("a set-up that waits for the build its own command began goes on telling that one's step", async () => {
  expect(await stepWhileWaiting(process.pid)).toBe("installing torch");
});

test("a set-up that waits for another command's build says whose", async () => {
  expect(await stepWhileWaiting(1)).toBe(`waiting for another ./forge (pid ${process.pid}): building`);
});
