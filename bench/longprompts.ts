import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { chatBody, digits, openPool, percentileOf, streamOnce } from "./gateway/stream.ts";
import { machine, openWorld } from "./gateway/world.ts";

// What do long prompts cost somebody else's live stream? The gaps between its tokens alone, beside 20 prompts of 7.5 MB at
// once (all refused by their bytes), and beside prompts that nearly fill the context. Loopback, about a minute.
const windowMs = 10_000;
const answerTokens = 400;
const goals = { p99AddedMs: 100 };

const json = process.argv.includes("--json");
const world = await openWorld(2);
const [quiet = "", heavy = ""] = world.keys;
const pool = openPool(world.origin, 1);

async function gaps(): Promise<number[]> {
  const all: number[] = [];
  const deadline = performance.now() + windowMs;
  for (let n = 0; performance.now() < deadline; n++) {
    const answer = await streamOnce(pool, quiet, chatBody(n, { max_tokens: answerTokens }));
    if (answer.status !== 200 || !answer.ended) throw new Error(`the live stream was answered ${answer.status}`);
    all.push(...answer.gapsMs);
  }
  return all;
}

async function beside(kind: "huge" | "long") {
  const child = fork(join(import.meta.dirname, "gateway", "prompts.ts"), [world.origin, heavy, kind]);
  const statuses: number[] = [];
  child.on("message", (message: { statuses: number[] }) => statuses.push(...message.statuses));
  await once(child, "spawn");
  const measured = await gaps();
  const left = once(child, "exit");
  child.kill("SIGKILL");
  await left;
  const expected = kind === "huge" ? 400 : 200;
  if (statuses.some((status) => status !== expected)) throw new Error(`a ${kind} prompt was answered ${statuses}`);
  return { gapsMs: measured, prompts: statuses.length };
}

await gaps(); // loads the model
const alone = await gaps();
const huge = await beside("huge");
const long = await beside("long");
await pool.destroy();
await world.close();

const p99AloneMs = percentileOf(alone, 0.99);
const row = (gapsMs: number[], prompts: number) => {
  const p99Ms = percentileOf(gapsMs, 0.99);
  const addedMs = digits(Math.max(0, p99Ms - p99AloneMs));
  return {
    prompts,
    gaps: gapsMs.length,
    p50Ms: digits(percentileOf(gapsMs, 0.5)),
    p99Ms: digits(p99Ms),
    maxMs: digits(gapsMs.reduce((most, ms) => Math.max(most, ms), 0)),
    p99AddedMs: addedMs,
    met: addedMs <= goals.p99AddedMs,
  };
};
const measured = {
  alone: row(alone, 0),
  "beside 20 × 7.5 MB": row(huge.gapsMs, huge.prompts),
  "beside long prompts": row(long.gapsMs, long.prompts),
};
const { alone: before, "beside 20 × 7.5 MB": besideHuge, "beside long prompts": besideLong } = measured;
const ratios = {
  p99BesideHuge: digits(besideHuge.p99Ms / before.p99Ms),
  p99BesideLong: digits(besideLong.p99Ms / before.p99Ms),
};
const added = Math.max(besideHuge.p99AddedMs, besideLong.p99AddedMs);
const met = besideHuge.met && besideLong.met;
const report = { name: "longprompts", machine, measured, ratios, p99AddedMs: added, goals, met };

if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  process.stdout.write(`${machine.cpu}, ${machine.cores} cores, node ${machine.node}\n`);
  console.table(measured);
  process.stdout.write(
    `p99 of the gaps: ${ratios.p99BesideHuge} × beside huge prompts, ${ratios.p99BesideLong} × beside long ones, at most ${added} ms more (goal ${goals.p99AddedMs}) · ${met ? "goal met" : "goal missed"}\n`,
  );
}
process.exit(met ? 0 : 1);
