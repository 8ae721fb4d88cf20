import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A process that cannot be taken for a later one with the same id. */
export type ProcessRef = { pid: number; startTime: number | string };

type Stat = { state: string; group: number; startTime: number };

/**
 * When a live process started: clock ticks since boot on Linux (proc(5), field 22), else what `ps` says.
 * Null when there is none or only its zombie is left. Written the same way by the trainer into pid.json.
 */
export async function processStartTime(pid: number): Promise<number | string | null> {
  if (process.platform === "linux") {
    const stat = await readStat(pid);
    return stat && stat.state !== "Z" ? stat.startTime : null;
  }
  const ps = run("/usr/bin/env", ["LC_ALL=C", "/bin/ps", "-o", "lstart=", "-p", String(pid)]);
  return ps.then(
    ({ stdout }) => stdout.trim() || null,
    () => null,
  );
}

/** Does exactly this process still run? */
export async function isRunning(ref: ProcessRef): Promise<boolean> {
  return (await processStartTime(ref.pid)) === ref.startTime;
}

/** Is the holder known to be dead? Only one of this machine can be known so. */
export async function isLeaseDead(holder: string): Promise<boolean> {
  const [pid, startTime] = holder.slice(hostname().length + 1).split("/");
  if (!holder.startsWith(`${hostname()}/`) || !pid) return false;
  return String(await processStartTime(Number(pid))) !== startTime;
}

/** End what is left of a trainer's process group: only members that carry the run's mark, so never a stranger. */
export async function killGroup(group: number, mark: string): Promise<void> {
  for (const pid of await membersOf(group)) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (environment.split("\0").includes(mark)) signalProcess(pid, "SIGKILL");
  }
}

async function membersOf(group: number): Promise<number[]> {
  if (process.platform !== "linux") return [group];
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 0);
  const stats = await Promise.all(pids.map(async (pid) => ({ pid, stat: await readStat(pid) })));
  return stats.filter(({ stat }) => stat?.group === group && stat.state !== "Z").map(({ pid }) => pid);
}

async function readStat(pid: number): Promise<Stat | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  // The command name, field 2, may hold spaces and brackets: count from the last bracket.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", group: Number(fields[2]), startTime: Number(fields[19]) };
}

function signalProcess(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended by itself in the meantime
  }
}
