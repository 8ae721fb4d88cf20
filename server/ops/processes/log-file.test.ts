import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { rotateLog } from "#server/ops/processes/log-file.ts";

test("a log that grew too large is emptied while processes write to it, and what it held is kept beside it", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "largeforge log ")), "forge.log");
  const fd = openSync(path, "a", 0o600);
  onTestFinished(() => closeSync(fd));
  writeSync(fd, "before\n");
  await rotateLog(path, 100);
  expect(existsSync(`${path}.1`)).toBe(false);
  await rotateLog(path, 6);
  const child = spawn("echo", ["of a child"], { stdio: ["ignore", fd, "ignore"] });
  await once(child, "exit");
  writeSync(fd, "after\n");
  expect(readFileSync(path, "utf8")).toBe("of a child\nafter\n");
  expect(readFileSync(`${path}.1`, "utf8")).toBe("before\n");
});
