import { Pool } from "undici";
import { type Contender, cpuUs } from "./processes.ts";

/** About 1 KB, as a short support chat is. */
function bodyOf(model: string, n: number): string {
  const content = "My invoice shows the old address and the amount is charged twice. ".repeat(13).trim();
  return JSON.stringify({ model, user: `user-${n % 500}`, messages: [{ role: "user", content }] });
}

export type Round = {
  requests: number;
  cpuUsPerRequest: number | null;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
};

/** Send calls over `concurrency` kept-alive connections for `ms`; every answer is read whole and must be a 200. */
export async function runRound(to: Contender, concurrency: number, ms: number): Promise<Round> {
  const { origin, pathname } = new URL(to.url);
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
  const headers = to.headers.map((its) => ({ "content-type": "application/json", ...its }));
  const bodies = Array.from({ length: 500 }, (_, n) => bodyOf(to.model, n));
  const latencies: number[] = [];
  let sent = 0;
  const call = async () => {
    const startedMs = performance.now();
    const n = sent++;
    const reply = await pool.request({
      method: "POST",
      path: pathname,
      headers: headers[n % headers.length] ?? {},
      body: bodies[n % bodies.length] ?? "",
    });
    const text = await reply.body.text();
    if (reply.statusCode !== 200 || !text.includes('"choices"'))
      throw new Error(`${to.name} answered ${reply.statusCode}: ${text.slice(0, 300)}`);
    latencies.push(performance.now() - startedMs);
  };
  await Promise.all(Array.from({ length: concurrency }, call)); // connections stand before the clock starts
  latencies.length = 0;
  const pids = to.pids?.() ?? null;
  const cpuBefore = pids ? cpuUs(pids) : 0;
  const startedMs = performance.now();
  const worker = async () => {
    while (performance.now() - startedMs < ms) await call();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - startedMs) / 1_000;
  const cpu = pids ? cpuUs(pids) - cpuBefore : null;
  await pool.close();
  latencies.sort((a, b) => a - b);
  const at = (q: number) => latencies[Math.floor(q * (latencies.length - 1))] ?? 0;
  const requests = latencies.length;
  return {
    requests,
    cpuUsPerRequest: cpu === null ? null : cpu / requests,
    requestsPerSecond: requests / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 ? high : (low + high) / 2;
}
