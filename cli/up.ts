import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { interruptible } from "#cli/interrupt.ts";
import { print, say, withProgress } from "#cli/output.ts";
import { dataDir, logFile, processesFile, root, toolsDir, trainerPython } from "#cli/paths.ts";
import { onlyDemoAccount, signInText } from "#cli/people/demo-account.ts";
import { distDirOf } from "#cli/setup/dist-dir.ts";
import { runSetUp } from "#cli/setup/run-set-up.ts";
import { checkStartSettings } from "#server/env.ts";
import { DomainError } from "#server/errors.ts";
import { proxyWarning } from "#server/http/proxy-warning.rule.ts";
import { type Processes, readProcesses } from "#server/ops/processes/registry.ts";
import { isAlive } from "#server/process.ts";

const readyWithinMs = 120_000;

/** `forge up`: set up what is missing, start everything in the background, print the addresses. */
export function registerUp(program: Command): void {
  program
    .command("up")
    .description("start the control plane in the background and print its addresses")
    .option("--foreground", "stay in this terminal; Ctrl-C stops everything")
    .action(async (options: { foreground?: boolean }, command: Command) => {
      await refuseSecond();
      const warning = proxyWarning(checkStartSettings());
      if (warning) say(warning);
      const secret = await runSetUp({ trainer: true });
      const started = await startSupervisor(secret, options.foreground === true);
      const onlyAccount = await onlyDemoAccount();
      print(command, { ...started, onlyAccount }, describe);
      if (options.foreground) await untilStopped(started);
    });
}

/** Throws CONFLICT with the addresses when this folder's control plane runs already. */
async function refuseSecond(): Promise<void> {
  const running = runningProcesses();
  if (!running) return;
  const onlyAccount = await onlyDemoAccount();
  throw new DomainError("CONFLICT", `LargeForge already runs for ${dataDir}\n${describe({ ...running, onlyAccount })}`);
}

/** What runs for this data folder now, or null. */
export function runningProcesses(): Processes | null {
  const processes = readProcesses(processesFile);
  if (!processes) return null;
  return isAlive({ pid: processes.supervisorPid, startTime: processes.supervisorStartTime }) ? processes : null;
}

/** Start the supervisor and wait until every process is ready. In the background it outlives this command. */
export async function startSupervisor(secret: string, foreground = false): Promise<Processes> {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const out = openSync(logFile, "a", 0o600);
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(root, "workers", "supervisor.ts")],
    {
      cwd: root,
      detached: true,
      stdio: ["ignore", out, out],
      env: {
        ...process.env,
        FORGE_ROOT: root,
        FORGE_DATA: dataDir,
        FORGE_TOOLS: toolsDir,
        FORGE_SECRET: secret,
        FORGE_TRAINER_PYTHON: trainerPython,
        FORGE_PROCESS: "supervisor",
        NEXT_DIST_DIR: distDirOf(),
      },
    },
  );
  const ended = new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
  const stop = () => void (child.pid && process.kill(child.pid, "SIGTERM"));
  const stopStart = async () => {
    stop();
    await ended;
    return "nothing runs; the same command starts it again";
  };
  process.once("SIGTERM", stop);
  const ready = await interruptible(stopStart, () =>
    withProgress("starting", () => waitUntilReady(child.pid ?? 0, ended)),
  );
  if (!foreground) {
    process.removeListener("SIGTERM", stop);
    child.unref();
  }
  return ready;
}

async function waitUntilReady(pid: number, ended: Promise<number>): Promise<Processes> {
  const deadline = performance.now() + readyWithinMs;
  let exit: number | null = null;
  void ended.then((code) => {
    exit = code;
  });
  while (performance.now() < deadline) {
    const processes = readProcesses(processesFile);
    const ours = processes?.supervisorPid === pid ? processes : null;
    if (ours?.state === "ready") return ours;
    if (ours?.state === "failed") throw new DomainError("UNAVAILABLE", `${ours.failure}; see ./forge logs`);
    if (exit === 5) throw new DomainError("CONFLICT", `another start for ${dataDir} is under way: ./forge status`);
    if (exit !== null) throw new DomainError("UNAVAILABLE", `the supervisor ended with ${exit}; see ./forge logs`);
    await sleep(50);
  }
  throw new DomainError(
    "UNAVAILABLE",
    `not every process was ready after ${readyWithinMs / 1000} s; see ./forge status and ./forge logs`,
  );
}

/** The addresses, and what to do next. */
export function describe(processes: Processes & { onlyAccount: string | null }): string {
  const lines = [`console  ${processes.consoleUrl}`, `API      ${processes.apiUrl}`];
  for (const { of, setting, wanted, got } of processes.movedPorts ?? [])
    lines.push(`port ${wanted} is taken by another program, so ${of} listens on ${got}: choose a port with ${setting}`);
  if (processes.firstAdminUrl)
    lines.push(
      "",
      "To sign in to the console, make the first account with this one-time link:",
      `  ${processes.firstAdminUrl}`,
      "The shell needs none: ./forge datasets upload FILE works at once, in the project `default`.",
    );
  if (processes.onlyAccount) lines.push("", signInText(processes.onlyAccount));
  return [...lines, "", "./forge status · ./forge logs · ./forge down"].join("\n");
}

async function untilStopped({ supervisorPid }: Processes) {
  say("Ctrl-C stops everything");
  const stop = () => {
    process.kill(supervisorPid, "SIGTERM");
    return null;
  };
  await interruptible(stop, async () => {
    while (runningProcesses()) await sleep(200);
  });
}
