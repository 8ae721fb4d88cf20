import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chatBody, digits, openPool, percentileOf, streamOnce } from "./gateway/stream.ts";
import { machine, openWorld } from "./gateway/world.ts";

// Does one key with 350 streams hold up another project's key? The same callers ask alone, then beside the flood:
// the real gateway, the real host and `nano` on loopback; a few minutes.
const concurrencies = [1, 2, 4, 8, 12, 16, 24, 32];
const rounds = 1;
/** A slow machine measures fewer calls. */
const measureMs = 8_000;
const callsAtLeast = 20;
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

/** `concurrency` callers, each asking again when answered, until enough answers are there → their times to first token. */
async function measure(concurrency: number): Promise<number[]> {
  const wanted = Math.max(48, concurrency * 4);
  const deadline = performance.now() + measureMs;
  const enough = () => times.length >= wanted || (performance.now() > deadline && times.length >= callsAtLeast);
  const times: number[] = [];
  const caller = async () => {
    while (!enough()) {
      const body = chatBody(1_000_000 + sent++, { max_tokens: answerTokens });
      const { status, ttftMs, ended } = await streamOnce(pool, quiet, body);
      if (status !== 200 || ttftMs === null || !ended) throw new Error(`a quiet caller was answered ${status}`);
      times.push(ttftMs);
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

const p95 = (of: Map<number, number[]>, c: number) => digits(percentileOf(of.get(c) ?? [], 0.95));

await measure(8); // loads the model
const alone = new Map<number, number[]>();
const crowded = new Map<number, number[]>();
const add = (to: Map<number, number[]>, c: number, times: number[]) => to.set(c, [...(to.get(c) ?? []), ...times]);
for (let round = 1; round <= rounds; round++)
  for (const c of concurrencies) {
    say(`round ${round} of ${rounds}, c = ${c}`);
    add(alone, c, await measure(c));
    add(crowded, c, await beside(() => measure(c)));
    say(`  TTFT p95 alone ${p95(alone, c)} ms, beside the flood ${p95(crowded, c)} ms`);
  }
await pool.destroy();
await world.close();

const measured = concurrencies.map((c) => {
  const [aloneMs, besideMs] = [percentileOf(alone.get(c) ?? [], 0.95), percentileOf(crowded.get(c) ?? [], 0.95)];
  return { c, ttftP95AloneMs: digits(aloneMs), ttftP95BesideMs: digits(besideMs), ratio: digits(besideMs / aloneMs) };
});
const worst = Math.max(...measured.map(({ ratio }) => ratio));
const met = worst <= goals.ttftP95Ratio;
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
