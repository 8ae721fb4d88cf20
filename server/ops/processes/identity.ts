import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** When the system started this pid, as an opaque text; null when it is not alive. With the pid it names one process for ever. */
export function startTimeOf(pid: number): string | null {
  if (process.platform === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? null : (fields[19] ?? null); // field 22 of proc(5); a zombie is dead
    } catch {
      return null;
    }
  }
  try {
    // in the words of the C locale, as the trainer writes its own into pid.json
    const ps = ["LC_ALL=C", "/bin/ps", "-o", "lstart=", "-p", String(pid)];
    return execFileSync("/usr/bin/env", ps, { encoding: "utf8" }).trim() || null;
  } catch {
    return null;
  }
}

/** Is this still the process it was, not a later one with the same pid? */
export function isAlive(row: { pid: number; startTime: string }): boolean {
  return row.pid > 0 && startTimeOf(row.pid) === row.startTime;
}

/** SIGTERM, then SIGKILL after `graceMs`; true when it ended by itself. Never touches a stranger with a reused pid. */
export async function endProcess(row: { pid: number; startTime: string }, graceMs: number): Promise<boolean> {
  if (!isAlive(row)) return true;
  signal(row.pid, "SIGTERM");
  const deadline = performance.now() + graceMs;
  while (performance.now() < deadline) {
    if (!isAlive(row)) return true;
    await sleep(50);
  }
  if (isAlive(row)) signal(row.pid, "SIGKILL");
  return false;
}

function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name);
  } catch {
    // it ended in between
  }
}
