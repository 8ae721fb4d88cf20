import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "#db/embedded.ts";
import { log } from "#server/log.ts";
import {
  type CallCounts,
  callSteadily,
  noCalls,
  superviseGateway,
} from "#server/ops/processes/gateway-process.fixture.ts";
import { addProject, startDatabase } from "./gateway/database.ts";
import { median } from "./gateway/load.ts";
import { digits } from "./gateway/stream.ts";
import { machine } from "./gateway/world.ts";

// What does kill -9 of the gateway cost its callers? 200 calls a second, each on a connection of its own, with the listening
// socket held by the supervisor as it is run, beside the same gateway that binds its port itself. Loopback, about a minute.
const kills = 3;
const steadyMs = 1_000;
const answersWithinMs = 60_000;
const goals = { refused: 0, unavailable: 0, brokenBeyondInFlight: 0 };
const json = process.argv.includes("--json");

log.level = "error"; // stdout is the report's; a killed gateway is no news here

type Kill = CallCounts & { inFlightAtKill: number };

const dir = await mkdtemp(join(tmpdir(), "largeforge-bench-kill-"));
const database = await startDatabase(dir);
const [key = ""] = (await addProject(database, 1)).keys;

/** One gateway, killed once under load, back, and stopped. */
async function killOnce(held: boolean, name: string): Promise<Kill> {
  const port = await freePort();
  const { url: databaseUrl, secret } = database;
  const gateway = await superviseGateway({ databaseUrl, dataDir: join(dir, name), secret, port, held });
  process.once("exit", () => endNow(gateway.row().pid)); // a benchmark that fails leaves no gateway behind
  const origin = `http://127.0.0.1:${port}`;
  const stop = new AbortController();
  const counts = noCalls();
  try {
    await untilTrue(() => isReady(origin));
    const calling = callSteadily(`${origin}/v1/models`, key, stop.signal, counts);
    await sleep(steadyMs);
    const { pid } = gateway.row();
    const inFlightAtKill = counts.inFlight;
    process.kill(pid, "SIGKILL");
    await untilTrue(async () => gateway.row().pid !== pid && (await isReady(origin)));
    await sleep(steadyMs);
    stop.abort();
    return { ...(await calling), inFlightAtKill };
  } finally {
    stop.abort();
    await gateway.stop();
  }
}

const isReady = async (origin: string) => (await fetch(`${origin}/ready`)).ok;

async function untilTrue(check: () => Promise<boolean>) {
  const deadline = performance.now() + answersWithinMs;
  while (!(await check().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`the gateway was not ready within ${answersWithinMs} ms`);
    await sleep(50);
  }
}

function endNow(pid: number) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it is gone
  }
}

const results: Record<"held" | "bare", Kill[]> = { held: [], bare: [] };
try {
  for (let round = 1; round <= kills; round++)
    for (const mode of ["held", "bare"] as const) {
      process.stderr.write(`kill ${round} of ${kills}, ${mode === "held" ? "held socket" : "own socket"}\n`);
      results[mode].push(await killOnce(mode === "held", `${mode}-${round}`));
    }
} finally {
  await database.stop();
  await rm(dir, { recursive: true, force: true });
}

const row = (of: Kill[]) => {
  const sum = (count: (kill: Kill) => number) => of.reduce((total, kill) => total + count(kill), 0);
  return {
    answered: sum(({ answered }) => answered),
    refused: sum(({ refused }) => refused),
    unavailable: sum(({ unavailable }) => unavailable),
    broken: sum(({ cut }) => cut),
    inFlightAtKill: sum(({ inFlightAtKill }) => inFlightAtKill),
    brokenBeyondInFlight: sum(({ cut, inFlightAtKill }) => Math.max(0, cut - inFlightAtKill)),
    longestGapMs: digits(median(of.map(({ longestGapMs }) => longestGapMs))),
    slowestMs: digits(median(of.map(({ slowestMs }) => slowestMs))),
  };
};
const measured = { held: row(results.held), bare: row(results.bare) };
const failures = ({ refused, unavailable, broken }: ReturnType<typeof row>) => refused + unavailable + broken;
const ratios = {
  failedHeldToBare: digits(failures(measured.held) / failures(measured.bare)),
  longestGapHeldToBare: digits(measured.held.longestGapMs / measured.bare.longestGapMs),
};
const met = (Object.keys(goals) as (keyof typeof goals)[]).every((name) => measured.held[name] <= goals[name]);
const report = { name: "gateway-kill", machine, kills, measured, ratios, goals, met };

if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  process.stdout.write(`${machine.cpu}, ${machine.cores} cores, node ${machine.node}; ${kills} kills each\n`);
  console.table({ "socket held by the supervisor": measured.held, "socket of its own": measured.bare });
  process.stdout.write(
    `calls that failed: ${ratios.failedHeldToBare} × those without the held socket; longest gap ${ratios.longestGapHeldToBare} × · ${met ? "goal met" : "goal missed"} (none refused, none unavailable, none broken but those in flight)\n`,
  );
}
process.exit(met ? 0 : 1);
