import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { toolsDir } from "#cli/paths.ts";

const setUpLock = join(toolsDir, "setup.lock");
const confirmMs = 200;
const lookEveryMs = 250;

/** lock folder → steps of this process that hold it together */
const held = new Map<string, number>();

/**
 * Do a step of set-up while no other `./forge` does one with these tools (the lock of lock.sh, which has `npm ci`).
 * `update` is told whom and what it waits for. Steps of one command run together.
 */
export function withSetUpLock<T>(what: string, update: (detail: string) => void, work: () => Promise<T>): Promise<T> {
  return withLock(setUpLock, what, update, work);
}

/** The same over any folder `dir`, which is made and removed. */
export async function withLock<T>(
  dir: string,
  what: string,
  update: (detail: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  if (holders(dir) === 0) await take(dir, what, update);
  held.set(dir, holders(dir) + 1);
  try {
    return await work();
  } finally {
    held.set(dir, holders(dir) - 1);
    if (holders(dir) === 0 && ownerOf(dir) === String(process.pid)) rmSync(dir, { recursive: true, force: true });
  }
}

function holders(dir: string): number {
  return held.get(dir) ?? 0;
}

async function take(dir: string, what: string, update: (detail: string) => void) {
  mkdirSync(dirname(dir), { recursive: true });
  while (holders(dir) === 0) {
    if (tryMake(dir)) {
      writeFileSync(join(dir, "what"), `${what}\n`);
      writeFileSync(join(dir, "pid"), `${process.pid}\n`);
      await sleep(confirmMs); // two that found a dead owner at once: the one whose pid stands here has it
      if (ownerOf(dir) === String(process.pid)) return;
      continue;
    }
    const owner = ownerOf(dir);
    if (owner === String(process.pid)) return; // a step beside this one took it a moment ago
    if (owner !== "" && !isAlive(Number(owner))) rmSync(dir, { recursive: true, force: true });
    else if (owner === "") await clearHalfMade(dir);
    else {
      update(`waiting for another ./forge (pid ${owner}): ${read(dir, "what")}`);
      await sleep(lookEveryMs);
    }
  }
}

/** Only just made by another, or left by one that died in between. */
async function clearHalfMade(dir: string) {
  await sleep(1_000);
  if (ownerOf(dir) === "") rmSync(dir, { recursive: true, force: true });
}

function tryMake(dir: string) {
  try {
    mkdirSync(dir);
    return true;
  } catch {
    return false;
  }
}

function ownerOf(dir: string) {
  return read(dir, "pid");
}

function read(dir: string, name: string) {
  try {
    return readFileSync(join(dir, name), "utf8").trim();
  } catch {
    return "";
  }
}

function isAlive(pid: number) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"; // another user's
  }
}
