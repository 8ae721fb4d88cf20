import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export type TestProcess = {
  child: ChildProcess;
  pid: number;
  /** resolves with the exit code once the process has ended; null when a signal ended it */
  kill: (signal: NodeJS.Signals) => Promise<number | null>;
};

/** Start a real process of `workers/`; returns when `isReady`, and nothing of it outlives the test that started it. */
export async function startProcess(
  worker: "gateway" | "inference" | "jobs",
  env: NodeJS.ProcessEnv,
  isReady: (pid: number) => Promise<boolean>,
): Promise<TestProcess> {
  const script = fileURLToPath(new URL(`../workers/${worker}.ts`, import.meta.url));
  const { NODE_COMPILE_CACHE } = process.env; // saves each start a fifth
  const cached = NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE, ...env } : env;
  const child = spawn(process.execPath, [script], { env: cached, stdio: ["ignore", "pipe", "pipe"] });
  child.unref();
  tellWhenTestFails(child);
  const exited = once(child, "exit");
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const kill = async (signal: NodeJS.Signals) => {
    if (!hasEnded()) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  process.once("exit", () => child.kill("SIGKILL"));
  whenTestEnds(async () => void (await kill("SIGKILL")));
  while (!(await isReady(child.pid ?? 0).catch(() => false))) {
    if (hasEnded()) throw new Error(`the ${worker} process ended with ${child.exitCode} before it was ready`);
    await sleep(25);
  }
  return { child, pid: child.pid ?? 0, kill };
}

/** What a process logs, often about faults made on purpose, goes where vitest keeps it back unless the test fails. */
function tellWhenTestFails(child: ChildProcess) {
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => console.log(text.trimEnd()));
    if (stream instanceof Socket) stream.unref();
  }
}

/** A hook has no test to wait for: what `beforeAll` started, `afterAll` ends. */
function whenTestEnds(end: () => Promise<void>) {
  try {
    onTestFinished(end);
  } catch {}
}

/** Wait until `check` gives something; the test's own timeout is the limit. */
export async function until<T>(check: () => Promise<T | null | undefined | false>): Promise<T> {
  for (;;) {
    const found = await check();
    if (found !== null && found !== undefined && found !== false) return found;
    await sleep(25);
  }
}

/** The environment of a process whose wall clock is off by so many hours; its timers run as ever. */
export function clockOff(hours: number): Record<string, string> {
  const skew = `
    const Real = Date, off = ${hours * 3_600_000};
    globalThis.Date = class extends Real {
      constructor(...at) { at.length > 0 ? super(...at) : super(Real.now() + off); }
      static now() { return Real.now() + off; }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(skew)}` };
}
