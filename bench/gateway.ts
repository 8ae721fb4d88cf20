import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startLargeForge } from "./gateway/largeforge.ts";
import { median, type Round, runRound } from "./gateway/load.ts";
import { type Contender, startNginx, startPortkey, startUpstream } from "./gateway/processes.ts";

// What does our gateway cost beside nginx (the floor) and Portkey's gateway, with key, limits, routing and log on?
// Loopback only, about a minute; rounds of all contenders alternate, so that a busy machine is busy for everyone.
const rounds = 5;
const loadMs = 2_000;
const latencyMs = 1_200;
const warmUpMs = 6_000;
const concurrency = 16;
const goals = { cpuVsPortkey: 0.25, p50AddedMs: 0.5 };

const json = process.argv.includes("--json");
const say = (line: string) => process.stderr.write(`${line}\n`);
const dir = mkdtempSync(join(tmpdir(), "largeforge-bench-gateway-"));

const upstream = await startUpstream();
const ours = await startLargeForge(upstream, dir);
const direct: Contender = {
  name: "direct",
  pids: null,
  url: `${upstream}/v1/chat/completions`,
  headers: [{}],
  model: "bench",
};
const nginx = await startNginx(upstream, join(dir, "nginx"));
const portkey = await startPortkey(upstream, resolve(process.env.FORGE_TOOLS ?? ".tools"));
const contenders = [direct, ...(nginx ? [nginx] : []), ours.contender, portkey];
if (!nginx) say("nginx is not installed: its column is left out");

const loaded = new Map<string, Round[]>();
const single = new Map<string, Round[]>();
let sentToUs = 0;
const measure = async (to: Contender, connections: number, ms: number, into: Map<string, Round[]> | null) => {
  const round = await runRound(to, connections, ms);
  if (to === ours.contender) sentToUs += round.requests + connections;
  into?.set(to.name, [...(into.get(to.name) ?? []), round]);
};
for (const to of contenders) await measure(to, concurrency, warmUpMs, null);
for (let round = 1; round <= rounds; round++) {
  say(`round ${round} of ${rounds}`);
  for (const to of contenders) await measure(to, concurrency, loadMs, loaded);
  for (const to of contenders) await measure(to, 1, latencyMs, single);
}
const logged = await ours.stop();
if (logged !== sentToUs) throw new Error(`the request log holds ${logged} of ${sentToUs} calls`);
rmSync(dir, { recursive: true, force: true });

const of = (rows: Map<string, Round[]>, name: string, pick: (round: Round) => number | null) =>
  median((rows.get(name) ?? []).map((round) => pick(round) ?? 0));
const measured = Object.fromEntries(
  contenders.map(({ name, pids }) => [
    name,
    {
      cpuUsPerRequest: pids ? digits(of(loaded, name, (round) => round.cpuUsPerRequest)) : null,
      requestsPerSecond: Math.round(of(loaded, name, (round) => round.requestsPerSecond)),
      p99MsLoaded: digits(of(loaded, name, (round) => round.p99Ms)),
      p50Ms: digits(of(single, name, (round) => round.p50Ms)),
    },
  ]),
);
const cpu = (name: string) => of(loaded, name, (round) => round.cpuUsPerRequest);
/** Added in the same round, then the median: what drifts between rounds cancels. */
const added = (name: string) =>
  median((single.get(name) ?? []).map((round, i) => round.p50Ms - (single.get("direct")?.[i]?.p50Ms ?? 0)));
const ratios = {
  cpuVsPortkey: digits(cpu("largeforge") / cpu("portkey")),
  ...(nginx ? { cpuVsNginx: digits(cpu("largeforge") / cpu("nginx")), p50AddedMsNginx: digits(added("nginx")) } : {}),
  p50AddedMs: digits(added("largeforge")),
  p50AddedMsPortkey: digits(added("portkey")),
};
const met = ratios.cpuVsPortkey <= goals.cpuVsPortkey && ratios.p50AddedMs <= goals.p50AddedMs;
const cores = cpus();
const machine = {
  cpu: cores[0]?.model ?? "unknown",
  cores: cores.length,
  platform: process.platform,
  node: process.version,
};
const report = { name: "gateway", machine, measured, logged, ratios, goals, met };

if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  process.stdout.write(`${machine.cpu}, ${machine.cores} cores, node ${machine.node}\n`);
  console.table(measured);
  process.stdout.write(`CPU per request: ${ratios.cpuVsPortkey} of Portkey's (goal ${goals.cpuVsPortkey})\n`);
  process.stdout.write(
    `added p50 at c=1: ${ratios.p50AddedMs} ms (goal ${goals.p50AddedMs}), Portkey ${ratios.p50AddedMsPortkey} ms\n`,
  );
  process.stdout.write(
    `${logged} calls sent to us, ${logged} in the request log · ${met ? "goals met" : "goals missed"}\n`,
  );
}
process.exit(met ? 0 : 1);

function digits(value: number): number {
  return Number(value.toPrecision(3));
}
