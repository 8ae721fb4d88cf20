import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { missingRows, newTally, play, type Tally } from "#bench/fuzz/play.ts";
import { seedStack } from "#bench/fuzz/seed.ts";
import { allTargets } from "#bench/fuzz/shots.ts";
import { openStack } from "#bench/fuzz/stack.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { migrateDatabase } from "#db/migrate.ts";

const runsEach = 40;
const atOnce = 4;
const longestMinutes = 120;

/**
 * `./forge bench fuzz --minutes 10 --seed N`: requests made up for every procedure of the console and every route of
 * gateway, console and inference host, on loopback, over a database of its own. Ends with 1 when any answer is a 5xx or
 * a call is missing in the request log, with the seed that makes it again.
 */
const { values } = parseArgs({
  options: { minutes: { type: "string", default: "1" }, seed: { type: "string" }, json: { type: "boolean" } },
});
const minutes = Math.min(Number(values.minutes) || 1, longestMinutes);
const firstSeed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);

const dir = await mkdtemp(join(tmpdir(), "largeforge-bench-fuzz-"));
const server = await startEmbeddedPostgres({ dir: join(dir, "pg"), durable: false });
const tally = newTally();
let missing: string[] = [];
let lost = 0;
try {
  const endsAt = performance.now() + minutes * 60_000;
  for (let round = 0; performance.now() < endsAt; round++) {
    // what the calls of a round delete, revoke and retire is there again in the next
    const url = await freshDatabase(server.url, round);
    const stack = await openStack(url);
    const targets = [...allTargets(stack, await seedStack(stack)).entries()];
    await stack.confirm();
    const lanes = Array.from({ length: atOnce }, async () => {
      for (let next = targets.shift(); next && performance.now() < endsAt; next = targets.shift())
        await play(next[1], tally, { seed: firstSeed + round * 1_000 + next[0], runs: runsEach });
    });
    await Promise.all(lanes);
    missing = [...missing, ...(await missingRows(stack, tally))];
    tally.owed.length = 0;
    lost += stack.lostRows();
    await stack.close();
  }
} finally {
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}
report(tally);
process.exit(tally.failures.length + missing.length + lost > 0 ? 1 : 0);

async function freshDatabase(serverUrl: string, round: number): Promise<string> {
  const admin = postgres(serverUrl, { max: 1, onnotice: () => {} });
  const name = `fuzz_${round}`;
  await admin.unsafe(`create database ${name}`);
  await admin.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await migrateDatabase(url.href);
  return url.href;
}

function report({ counts, failures }: Tally) {
  const rows = [...counts].map(([name, classes]) => ({ name, classes: Object.fromEntries(classes) }));
  const all = rows.flatMap(({ classes }) => Object.entries(classes));
  const totals = Object.fromEntries([...Map.groupBy(all, ([kind]) => kind)].map(([kind, its]) => [kind, sum(its)]));
  if (values.json) {
    const found = { minutes, seed: firstSeed, totals, routes: rows, failures, missingRows: missing, lostRows: lost };
    return void process.stdout.write(`${JSON.stringify(found)}\n`);
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, classes } of rows) {
    const cells = Object.entries(classes)
      .sort()
      .map(([kind, count]) => `${kind} ${count}`);
    process.stdout.write(`${name.padEnd(width)}  ${cells.join("  ")}\n`);
  }
  const parts = Object.entries(totals)
    .sort()
    .map(([kind, count]) => `${count} × ${kind}`);
  process.stdout.write(`\n${rows.length} targets, ${parts.join(", ")}, seed ${firstSeed}, ${minutes} min\n`);
  process.stdout.write(`${missing.length} calls missing in the request log, ${lost} rows refused or dropped\n`);
  for (const { target, report } of failures) process.stdout.write(`\n${target}\n${report}\n`);
  process.stdout.write(failures.length === 0 ? "no 5xx\n" : `\n${failures.length} times a 5xx, or no answer\n`);
}

function sum(entries: [string, number][]): number {
  return entries.reduce((total, [, count]) => total + count, 0);
}
