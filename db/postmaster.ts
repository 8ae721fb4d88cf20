import { execFile } from "node:child_process";
import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const stopWithinMs = 20_000;
const lookEveryMs = 25;

/** The server that runs on this cluster now, by its postmaster.pid (pid, data folder, start time and port, a line each); null when none does. */
export async function findPostmaster(cluster: string): Promise<{ pid: number; port: number } | null> {
  const lines = (await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return port > 0 && (await isPostmasterOf(pid, cluster)) ? { pid, port } : null;
}

/** Stop the server that runs on this cluster, whoever started it; false when none does. */
export async function stopServerOf(cluster: string): Promise<boolean> {
  const live = await findPostmaster(cluster);
  if (live) await stopPostmaster(live.pid, cluster);
  return live !== null;
}

/** Fast shutdown: open transactions roll back, then a checkpoint; after 20 s without one. Never touches a stranger with a reused pid. */
export async function stopPostmaster(pid: number, cluster: string): Promise<void> {
  if (!(await isPostmasterOf(pid, cluster))) return;
  signal(pid, "SIGINT");
  const deadline = performance.now() + stopWithinMs;
  while (performance.now() < deadline) {
    if (!(await isPostmasterOf(pid, cluster))) return;
    await sleep(lookEveryMs);
  }
  if (await isPostmasterOf(pid, cluster)) signal(pid, "SIGQUIT");
}

/**
 * Is this process the server of this very cluster? A pid alone says nothing: after a power cut it can be anybody's, and
 * the pid file of a copied data folder names the server of the original.
 */
async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  if (!(Number.isInteger(pid) && pid > 0)) return false;
  const folder = / -D (.+?) -c listen_addresses=/s.exec(await commandLineOf(pid))?.[1];
  if (!folder) return false;
  const [served, ours] = await Promise.all([folder, cluster].map((path) => realpath(path).catch(() => null)));
  return served !== null && served === ours;
}

/** What a process was started with, separated by spaces; empty for one that ended. */
async function commandLineOf(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return text.replaceAll("\0", " ");
  }
  const ps = run("/bin/ps", ["-ww", "-o", "command=", "-p", String(pid)]);
  return ps.then(
    ({ stdout }) => stdout,
    () => "",
  );
}

function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name);
  } catch {
    // it ended in between
  }
}
