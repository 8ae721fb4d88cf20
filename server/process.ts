import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { groupMembers, showsMark } from "#server/ps.rule.ts";

/** A process that cannot be taken for a later one with the same id. The trainer writes a number on Linux. */
export type ProcessRef = { pid: number; startTime: string | number };

const lookEveryMs = 50;
/** Every process of a busy machine, with room to spare. */
const psBytesAtMost = 8 * 2 ** 20;

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
  return ps("-o", "lstart=", "-p", `${pid}`).trim() || null;
}

/** What `ps` says in the words of the C locale, as the trainer asks too; nothing when it knows of no such process. */
function ps(...args: string[]): string {
  try {
    return execFileSync("/usr/bin/env", ["LC_ALL=C", "/bin/ps", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: psBytesAtMost,
    });
  } catch {
    return "";
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

/**
 * End at once what is left of a process group: only members with `mark` (NAME=value, without spaces) in their
 * environment, so never a stranger. macOS shows the environment of one's own programs, but not of Apple's.
 */
export function killGroup(group: number, mark: string): void {
  for (const pid of membersOf(group)) if (carries(pid, mark)) signalProcess(pid, "SIGKILL");
}

function carries(pid: number, mark: string): boolean {
  if (process.platform !== "linux") return showsMark(ps("eww", "-o", "command=", "-p", `${pid}`), mark);
  const environment = readText(`/proc/${pid}/environ`) ?? "";
  return environment.split("\0").includes(mark);
}

function membersOf(group: number): number[] {
  if (process.platform !== "linux") return groupMembers(ps("-axo", "pid=,pgid=,state="), group);
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
