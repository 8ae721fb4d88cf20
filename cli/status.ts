import type { Command } from "commander";
import { connect } from "#cli/client.ts";
import { type Disk, diskLines } from "#cli/disk-text.ts";
import { print, table } from "#cli/output.ts";
import { dataDir, processesFile, root } from "#cli/paths.ts";
import { onlyDemoAccount, signInText } from "#cli/people/demo-account.ts";
import { commandOutput } from "#cli/setup/machine.ts";
import { DomainError } from "#server/errors.ts";
import { type Processes, readProcesses } from "#server/ops/processes/registry.ts";
import { isAlive } from "#server/process.ts";

const diskWithinMs = 5_000;

/** What holds for the whole: what the supervisor says while it and all of its processes live. */
export type WholeState = Processes["state"] | "degraded" | "left alone";

/**
 * `forge status`: processes, ports, restarts, versions. Exit 3 when nothing runs, and when something of it does not:
 * a process that has ended (`degraded`), or processes whose supervisor was killed (`left alone`).
 */
export function registerStatus(program: Command): void {
  program
    .command("status")
    .description("processes, ports, versions, health")
    .action(async (_options: unknown, command: Command) => {
      const last = readProcesses(processesFile);
      const processes = (last?.processes ?? []).map((row) => ({ ...row, alive: isAlive(row) }));
      const supervised = last !== null && isAlive({ pid: last.supervisorPid, startTime: last.supervisorStartTime });
      if (!last || (!supervised && !processes.some((row) => row.alive)))
        throw new DomainError("UNAVAILABLE", `nothing runs for ${dataDir}: ./forge up`);
      const { state, problems } = judge(last, processes, supervised);
      const version = commandOutput("git", ["-C", root, "describe", "--always", "--dirty"]) ?? "unknown";
      const answers = processes.some((row) => row.name === "console" && row.alive);
      const [disk, onlyAccount] = answers ? await Promise.all([askDisk(), onlyDemoAccount()]) : [null, null];
      const about = { dataDir, version, node: process.versions.node, disk, onlyAccount };
      const report = { ...last, state, problems, processes, ...about };
      if (state === "degraded" || state === "left alone") process.exitCode = 3;
      print(command, report, (all) =>
        [
          `${all.state}  version ${all.version}, Node ${all.node}`,
          ...all.problems.map((problem) => `! ${problem}`),
          `console  ${all.consoleUrl}`,
          `API      ${all.apiUrl}`,
          ...(all.firstAdminUrl ? [`first admin (one-time link)  ${all.firstAdminUrl}`] : []),
          ...(all.onlyAccount ? [signInText(all.onlyAccount)] : []),
          `data     ${all.dataDir}`,
          ...(all.disk ? diskLines(all.disk) : []),
          "",
          table(
            ["process", "state", "pid", "port", "restarts"],
            all.processes.map((row) => [row.name, shownState(row), row.pid, row.port, row.restarts]),
          ),
        ].join("\n"),
      );
    });
}

/** What takes the disk; null when the console does not say so in time. */
async function askDisk(): Promise<Disk | null> {
  try {
    return await connect().trpc.storage.machine.query(undefined, { signal: AbortSignal.timeout(diskWithinMs) });
  } catch {
    return null;
  }
}

type Row = Processes["processes"][number] & { alive: boolean };

/** The state of the whole and what is wrong with it, a sentence each. */
export function judge(
  last: Processes,
  rows: readonly Row[],
  supervised: boolean,
): { state: WholeState; problems: string[] } {
  if (!supervised) {
    const alive = rows.filter((row) => row.alive).map((row) => row.name);
    const problem = `the supervisor has ended, and nobody restarts what it left: ${alive.join(", ")} still ${alive.length === 1 ? "runs" : "run"}. ./forge up takes over, ./forge down ends them`;
    return { state: "left alone", problems: [problem] };
  }
  if (last.state !== "ready") return { state: last.state, problems: last.failure ? [last.failure] : [] };
  const away = rows.filter((row) => !row.alive || row.state !== "ready");
  return {
    state: away.length > 0 ? "degraded" : "ready",
    problems: away.map((row) => `${row.name} ${wordsOf(row)}: ./forge logs --process ${row.name}`),
  };
}

function shownState(row: Row) {
  return row.alive || row.state === "stopped" ? row.state : row.state === "restarting" ? "restarting" : "ended";
}

function wordsOf(row: Row) {
  if (row.alive) return `is ${row.state}`;
  return row.state === "restarting" ? "has ended and is about to be restarted" : "has ended";
}
