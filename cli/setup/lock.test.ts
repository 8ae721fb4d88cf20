import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";

const lockModule = join(import.meta.dirname, "lock.ts");

/** A process that holds the lock from its line "in" until its stdin ends. */
function holder(dir: string) {
  const script = `const { withLock } = await import(${JSON.stringify(lockModule)});
    const say = (words) => process.stdout.write(words + "\\n");
    await withLock(${JSON.stringify(dir)}, "building the console", say, async () => {
      say("in");
      for await (const _ of process.stdin);
    });`;
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

test("of two processes with one lock the second waits, says for whom, and goes on when the first has ended", async () => {
  const dir = join(mkdtempSync(join(tmpdir(), "largeforge-test-lock-")), "made", "build.lock");
  onTestFinished(() => rmSync(join(dir, "..", ".."), { recursive: true, force: true }));
  const first = holder(dir);
  expect(String((await once(first.stdout, "data"))[0])).toBe("in\n");
  const second = holder(dir);
  const said = String((await once(second.stdout, "data"))[0]);
  expect(said).toBe(`waiting for another ./forge (pid ${first.pid}): building the console\n`);
  first.stdin.end();
  second.stdin.end();
  expect((await text(second.stdout)).split("\n")).toContain("in");
  expect(existsSync(dir)).toBe(false);
});

test("the lock of a process that was killed is taken over", async () => {
  const dir = join(mkdtempSync(join(tmpdir(), "largeforge-test-lock-")), "build.lock");
  onTestFinished(() => rmSync(join(dir, ".."), { recursive: true, force: true }));
  const killed = holder(dir);
  await once(killed.stdout, "data");
  killed.kill("SIGKILL");
  await once(killed, "exit");
  const next = holder(dir);
  next.stdin.end();
  expect(await text(next.stdout)).toBe("in\n");
});
