import { mkdirSync, openSync } from "node:fs";
import { copyFile, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { log } from "#server/log.ts";

const rotateAboveBytes = 20 * 1024 * 1024;
const lookEveryMs = 5_000;

/** Open forge.log in `dir`, which all processes of ours append to, and rotate it for as long as this one lives. */
export function openLog(dir: string): number {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, "forge.log");
  const fd = openSync(path, "a", 0o600);
  void keepRotated(path); // it catches
  return fd;
}

async function keepRotated(path: string): Promise<never> {
  for (;;) {
    await rotateLog(path, rotateAboveBytes).catch((err: unknown) => log.warn({ err }, "supervisor.log_not_rotated"));
    await sleep(lookEveryMs, undefined, { ref: false });
  }
}

/**
 * Keep what the log held as `.1` and empty it once it is larger than `mostBytes`. It is copied, not renamed: every process
 * holds it open and goes on appending to the same file. Lines written between copy and emptying (milliseconds) are lost;
 * on a full disk all of them, because its room is needed more.
 */
export async function rotateLog(path: string, mostBytes: number): Promise<void> {
  const { size } = await stat(path);
  if (size <= mostBytes) return;
  try {
    await copyFile(path, `${path}.1`);
  } catch {
    await rm(`${path}.1`, { force: true });
  }
  await truncate(path);
}
