import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chatBody, digits, openPool, percentileOf, streamOnce } from "./gateway/stream.ts";
import { machine, openWorld } from "./gateway/world.ts";

// Does one key with 350 streams hold up another project's key? The same callers ask alone, then beside the flood:
// the real gateway, the real host and `nano` on loopback; under three minutes on a quiet machine.
const concurrencies = [1, 2, 4, 8, 12, 16, 24, 32];
/** A slow machine measures fewer calls, or for longer: a p95 of less than this is one call's matter. */
const measureMs = 8_000;
const callsAtLeast = 60;
const callsAtMost = 400;
const floodStreams = 350;
const floodSettlesMs = 1_500;
const answerTokens = 32;
const goals = { ttftP95Ratio: 3 };

const json = process.argv.includes("--json");
const say = (line: string) => process.stderr.write(`${line}\n`);

const world = await openWorld(2);
const [quiet = "", flooding = ""] = world.keys;
const pool = openPool(world.origin, 64);
let sent = 0;

/**
 * `concurrency` callers, each asking again when answered, until enough answers are there → their times to first token. Each
 * caller's first call counts for nothing: it finds what was here before.
 */
async function measure(concurrency: number): Promise<number[]> {
  const deadline = performance.now() + measureMs;
  const enough = () => times.length >= callsAtMost || (performance.now() > deadline && times.length >= callsAtLeast);
  const times: number[] = [];
  const caller = async () => {
    for (let call = 0; !enough(); call++) {
      const body = chatBody(1_000_000 + sent++, { max_tokens: answerTokens });
      const { status, ttftMs, ended } = await streamOnce(pool, quiet, body);
      if (status !== 200 || ttftMs === null || !ended) throw new Error(`a quiet caller was answered ${status}`);
      if (call > 0) times.push(ttftMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  return times;
}

async function beside<T>(work: () => Promise<T>): Promise<T> {
  const args = [world.origin, flooding, String(floodStreams)];
  const flood = fork(join(import.meta.dirname, "gateway", "flood.ts"), args);
  await once(flood, "message");
  await sleep(floodSettlesMs);
  const result = await work();
  const left = once(flood, "exit");
  flood.kill("SIGKILL");
  await left;
  await sleep(500); // its streams leave the host
  return result;
}

await measure(8); // loads the model
const measured = [];
for (const c of concurrencies) {
  const alone = await measure(c);
  const crowded = await beside(() => measure(c));
  const [aloneMs, besideMs] = [percentileOf(alone, 0.95), percentileOf(crowded, 0.95)];
  const ratio = digits(besideMs / aloneMs);
  const calls = `${alone.length} + ${crowded.length}`;
  const row = { c, calls, ttftP95AloneMs: digits(aloneMs), ttftP95BesideMs: digits(besideMs), ratio };
  measured.push({ ...row, met: ratio <= goals.ttftP95Ratio });
  say(`c = ${c}: TTFT p95 alone ${row.ttftP95AloneMs} ms, beside the flood ${row.ttftP95BesideMs} ms: ${ratio} ×`);
}
await pool.destroy();
await world.close();

const worst = Math.max(...measured.map(({ ratio }) => ratio));
const met = measured.every((row) => row.met);
const report = { name: "fairness", machine, measured, ratios: { worst }, goals, met };

if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  process.stdout.write(`${machine.cpu}, ${machine.cores} cores, node ${machine.node}\n`);
  console.table(measured);
  process.stdout.write(
    `TTFT p95 of a key beside one with ${floodStreams} streams: at most ${worst} × its value alone (goal ${goals.ttftP95Ratio}) · ${met ? "goal met" : "goal missed"}\n`,
  );
}
process.exit(met ? 0 : 1);
