import { closeSync, mkdirSync, openSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type SupervisedChild, superviseChild } from "#server/ops/processes/child.ts";
import { holdListener } from "#server/ops/processes/listener.ts";
import { planProcesses } from "#server/ops/processes/plan.rule.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** The real gateway under the supervisor's own care; `held` as it is run, else it binds its port itself. */
export async function superviseGateway(settings: {
  databaseUrl: string;
  dataDir: string;
  secret: string;
  port: number;
  held: boolean;
}): Promise<SupervisedChild> {
  const { databaseUrl, dataDir, secret, port, held } = settings;
  const host = "127.0.0.1";
  const plan = planProcesses({ ports: { console: 0, api: port, host: 0 }, host, dataDir }).find(
    (each) => each.name === "gateway",
  );
  if (!plan) throw new Error("the plan has a gateway");
  mkdirSync(join(dataDir, "logs"), { recursive: true });
  const logFd = openSync(join(dataDir, "logs", "forge.log"), "a");
  const listener = held ? { listener: await holdListener(host, port) } : {};
  const env = {
    ...process.env,
    NODE_ENV: "production" as const,
    DATABASE_URL: databaseUrl,
    FORGE_DATA: dataDir,
    FORGE_SECRET: secret,
    FORGE_API_PORT: String(port),
    FORGE_HOST: host,
    REDIS_URL: "",
  };
  const child = superviseChild({ plan, cwd: root, env, logFd, ...listener, onChange: () => {} });
  return {
    ...child,
    stop: async () => {
      await child.stop();
      closeSync(logFd);
    },
  };
}

export type CallCounts = { answered: number; refused: number; cut: number; unavailable: number; slowestMs: number };

/**
 * Call `url` every few milliseconds until `signal`, each on a connection of its own and without retries. `refused`: no
 * connection was made; `cut`: it broke later, as it does for a call that is inside a process when it is killed.
 */
export async function callSteadily(url: string, key: string, signal: AbortSignal): Promise<CallCounts> {
  const counts: CallCounts = { answered: 0, refused: 0, cut: 0, unavailable: 0, slowestMs: 0 };
  const calls: Promise<void>[] = [];
  while (!signal.aborted) {
    calls.push(callOnce(url, key, counts));
    await sleep(5);
  }
  await Promise.all(calls);
  return counts;
}

function callOnce(url: string, key: string, counts: CallCounts): Promise<void> {
  const from = performance.now();
  return new Promise((resolve) => {
    const call = request(url, { agent: false, headers: { authorization: `Bearer ${key}`, connection: "close" } });
    call.on("response", (response) => {
      if (response.statusCode === 503) counts.unavailable += 1;
      else counts.answered += 1;
      counts.slowestMs = Math.max(counts.slowestMs, performance.now() - from);
      response.on("error", () => {});
      response.on("close", resolve);
      response.resume();
    });
    call.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") counts.refused += 1;
      else counts.cut += 1;
      resolve();
    });
    call.end();
  });
}
