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

export type CallCounts = {
  answered: number;
  refused: number;
  cut: number;
  unavailable: number;
  slowestMs: number;
  /** between two answers one after the other */
  longestGapMs: number;
  inFlight: number;
};

export function noCalls(): CallCounts {
  const none = { answered: 0, refused: 0, cut: 0, unavailable: 0 };
  return { ...none, slowestMs: 0, longestGapMs: 0, inFlight: 0 };
}

/**
 * Call `url` every few milliseconds until `signal`, each on a connection of its own and without retries. `refused`: no
 * connection was made; `cut`: it broke later, as it does for a call that is inside a process when it is killed.
 * `counts` says at any time how it stands.
 */
export async function callSteadily(
  url: string,
  key: string,
  signal: AbortSignal,
  counts: CallCounts = noCalls(),
): Promise<CallCounts> {
  const calls: Promise<void>[] = [];
  const clock = { answeredAt: performance.now() };
  while (!signal.aborted) {
    calls.push(callOnce(url, key, counts, clock));
    await sleep(5);
  }
  await Promise.all(calls);
  return counts;
}

function callOnce(url: string, key: string, counts: CallCounts, clock: { answeredAt: number }): Promise<void> {
  const from = performance.now();
  counts.inFlight += 1;
  const ended = Promise.withResolvers<"answered" | "refused" | "cut" | "unavailable">();
  const call = request(url, { agent: false, headers: { authorization: `Bearer ${key}`, connection: "close" } });
  call.on("response", (response) => {
    const how = response.statusCode === 503 ? "unavailable" : "answered";
    response.on("error", () => {});
    response.on("close", () => ended.resolve(response.complete ? how : "cut"));
    response.resume();
  });
  call.on("error", ({ code }: NodeJS.ErrnoException) => ended.resolve(code === "ECONNREFUSED" ? "refused" : "cut"));
  call.end();
  return ended.promise.then((how) => {
    counts.inFlight -= 1;
    counts[how] += 1;
    const now = performance.now();
    if (how === "answered" || how === "unavailable") counts.slowestMs = Math.max(counts.slowestMs, now - from);
    if (how !== "answered") return;
    counts.longestGapMs = Math.max(counts.longestGapMs, now - clock.answeredAt);
    clock.answeredAt = now;
  });
}
