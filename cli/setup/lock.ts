import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { toolsDir } from "#cli/paths.ts";

const dir = join(toolsDir, "setup.lock");
const confirmMs = 200;
const lookEveryMs = 250;

let held = 0;

/**
 * Do a step of set-up while no other `./forge` does one with these tools (the lock of lock.sh, which has `npm ci`).
 * `update` is told whom and what it waits for. Steps of one command run together.
 */
export async function withSetUpLock<T>(
  what: string,
  update: (detail: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  if (held === 0) await take(what, update);
  held += 1;
  try {
    return await work();
  } finally {
    held -= 1;
    if (held === 0 && ownerOf() === String(process.pid)) rmSync(dir, { recursive: true, force: true });
  }
}

async function take(what: string, update: (detail: string) => void) {
  mkdirSync(toolsDir, { recursive: true });
  while (held === 0) {
    if (tryMake()) {
      writeFileSync(join(dir, "what"), `${what}\n`);
      writeFileSync(join(dir, "pid"), `${process.pid}\n`);
      await sleep(confirmMs); // two that found a dead owner at once: the one whose pid stands here has it
      if (ownerOf() === String(process.pid)) return;
      continue;
    }
    const owner = ownerOf();
    if (owner === String(process.pid)) return; // a step beside this one took it a moment ago
    if (owner !== "" && !isAlive(Number(owner))) rmSync(dir, { recursive: true, force: true });
    else if (owner === "") await clearHalfMade();
    else {
      update(`waiting for another ./forge (pid ${owner}): ${read("what")}`);
      await sleep(lookEveryMs);
    }
  }
}

/** Only just made by another, or left by one that died in between. */
async function clearHalfMade() {
  await sleep(1_000);
  if (ownerOf() === "") rmSync(dir, { recursive: true, force: true });
}

function tryMake() {
  try {
    mkdirSync(dir);
    return true;
  } catch {
    return false;
  }
}

function ownerOf() {
  return read("pid");
}

function read(name: string) {
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
