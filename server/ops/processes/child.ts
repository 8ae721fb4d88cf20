import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { log } from "#server/log.ts";
import type { HeldListener } from "#server/ops/processes/listener.ts";
import { countCrash, type ProcessPlan, restartWaitMs } from "#server/ops/processes/plan.rule.ts";
import type { ProcessRow } from "#server/ops/processes/registry.ts";
import { endProcess, startTimeOf } from "#server/process.ts";

const pollMs = 100;
const answerWithinMs = 2_000;
/** One that hangs at its start keeps callers waiting: it counts as a crash. */
const startWithinMs = 120_000;
/** Before that, callers wait in the backlog for the few seconds that a restart takes; a crash loop would keep them. */
const apologiseFromCrash = 3;

export type SupervisedChild = { row: () => ProcessRow; ready: Promise<void>; stop: () => Promise<void> };

/**
 * Keep one process running: start it, wait until it is ready, restart it with back-off when it ends by itself.
 * Its output goes straight to the log file, so it survives this supervisor.
 */
export function superviseChild(options: {
  plan: ProcessPlan;
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFd: number;
  /** for one that people connect to: outlives its crashes */
  listener?: HeldListener;
  onChange: () => void;
}): SupervisedChild {
  const { plan, cwd, env, logFd, listener, onChange } = options;
  let stopping = false;
  let crashes = 0;
  const row: ProcessRow = {
    name: plan.name,
    pid: 0,
    startTime: "",
    port: plan.port,
    url: "url" in plan.ready ? new URL(plan.ready.url).origin : null,
    restarts: 0,
    state: "starting",
  };
  const set = (state: ProcessRow["state"]) => {
    row.state = state;
    onChange();
  };

  function start(): ChildProcess {
    if ("file" in plan.ready) rmSync(plan.ready.file, { force: true });
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...plan.args], {
      cwd,
      env: { ...env, FORGE_PROCESS: plan.name },
      stdio: ["ignore", logFd, logFd, ...(listener ? (["ipc"] as const) : [])],
      detached: true, // own group: Ctrl-C in the terminal reaches the supervisor alone
    });
    listener?.give(child);
    row.pid = child.pid ?? 0;
    row.startTime = startTimeOf(row.pid) ?? "";
    return child;
  }

  async function keepRunning(firstReady: () => void, firstFailed: (error: Error) => void) {
    let everReady = false;
    while (!stopping) {
      const from = performance.now();
      const child = start();
      set("starting");
      const ended = new Promise<number | string>((resolve) => {
        child.once("exit", (code, signal) => resolve(signal ?? code ?? 1));
        child.on("error", (error) => resolve(error.message)); // later ones too: unheard, they would end the supervisor
      });
      let isUp = false;
      const hung = setTimeout(() => listener && !isUp && child.kill("SIGKILL"), startWithinMs);
      void waitUntilReady(plan, () => row.pid === child.pid && !stopping).then((isReady) => {
        if (!isReady) return;
        isUp = true;
        listener?.resume();
        everReady = true;
        set("ready");
        firstReady();
      });
      const how = await ended;
      clearTimeout(hung);
      if (stopping) break;
      crashes = countCrash(crashes, performance.now() - from);
      row.restarts += 1;
      set("restarting");
      log.warn({ child: plan.name, how, crashes, waitMs: restartWaitMs(crashes) }, "supervisor.child_ended");
      if (!everReady && crashes >= 3)
        firstFailed(new Error(`${plan.name} ended three times while starting (last: ${how})`));
      if (crashes >= apologiseFromCrash) listener?.apologise(plan.name);
      await sleep(restartWaitMs(crashes));
    }
    set("stopped");
  }

  const ready = new Promise<void>((resolve, reject) => {
    void keepRunning(resolve, reject);
  });
  return {
    row: () => ({ ...row }),
    ready,
    stop: async () => {
      stopping = true;
      listener?.close();
      await endProcess(row, plan.stopWithinMs);
      set("stopped");
    },
  };
}

async function waitUntilReady(plan: ProcessPlan, stillWanted: () => boolean): Promise<boolean> {
  while (stillWanted()) {
    if (await isReady(plan)) return true;
    await sleep(pollMs);
  }
  return false;
}

async function isReady(plan: ProcessPlan) {
  try {
    if ("file" in plan.ready) return Number(readFileSync(plan.ready.file, "utf8")) > 0;
    return (await fetch(plan.ready.url, { signal: AbortSignal.timeout(answerWithinMs) })).ok;
  } catch {
    return false;
  }
}
