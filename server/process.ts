import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process that cannot be taken for a later one with the same id. The trainer writes a number on Linux. */
export type ProcessRef = { pid: number; startTime: string | number };

const lookEveryMs = 50;

/**
 * When the system started this process, as an opaque text: clock ticks since boot on Linux (proc(5), field 22), else
 * what `ps` says. Null when there is none or only its zombie is left. With the pid it names one process for ever; the
 * trainer writes its own in the same way.
 */
export function startTimeOf(pid: number): string | null {
  if (!(pid > 0)) return null;
  if (process.platform === "linux") {
    const stat = readStat(pid);
    return stat && stat.state !== "Z" ? stat.startTime : null;
  }
  try {
    // in the words of the C locale, as the trainer asks too; `ps` complains of a pid that is gone
    const ps = ["LC_ALL=C", "/bin/ps", "-o", "lstart=", "-p", String(pid)];
    const said = execFileSync("/usr/bin/env", ps, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return said.trim() || null;
  } catch {
    return null;
  }
}

/** Is this still the process it was, not a later one with the same pid? */
export function isAlive(ref: ProcessRef): boolean {
  return startTimeOf(ref.pid) === String(ref.startTime);
}

/** SIGTERM, then SIGKILL after `graceMs`; true when it ended by itself. Never touches a stranger with a reused pid. */
export async function endProcess(ref: ProcessRef, graceMs: number): Promise<boolean> {
  if (!isAlive(ref)) return true;
  signalProcess(ref.pid, "SIGTERM");
  const deadline = performance.now() + graceMs;
  while (performance.now() < deadline) {
    if (!isAlive(ref)) return true;
    await sleep(lookEveryMs);
  }
  if (isAlive(ref)) signalProcess(ref.pid, "SIGKILL");
  return false;
}

/** End at once what is left of a process group: only members with `mark` in their environment, so never a stranger. */
export function killGroup(group: number, mark: string): void {
  for (const pid of membersOf(group)) {
    const environment = readText(`/proc/${pid}/environ`) ?? "";
    if (environment.split("\0").includes(mark)) signalProcess(pid, "SIGKILL");
  }
}

function membersOf(group: number): number[] {
  if (process.platform !== "linux") return [group];
  const pids = readdirSync("/proc").map(Number);
  return pids.filter((pid) => {
    const stat = pid > 0 ? readStat(pid) : null;
    return stat?.group === group && stat.state !== "Z";
  });
}

function readStat(pid: number) {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The command name, field 2, may hold spaces and brackets: count from the last bracket.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", group: Number(fields[2]), startTime: fields[19] ?? "" };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended by itself in the meantime
  }
}
