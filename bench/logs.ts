import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { fillLog } from "#bench/logs/fill.ts";
import { type RawTotals, rawChoices, rawHome, rawSummary, rawTraffic } from "#bench/logs/raw.ts";
import { createDb, type Pool } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { newId } from "#db/ids.ts";
import { migrateDatabase } from "#db/migrate.ts";
import { deployments } from "#db/schema/deployments.ts";
import { projects } from "#db/schema/people.ts";
import { requestChoices } from "#server/requests/choices.ts";
import { homeFacts, homeTraffic } from "#server/requests/home.ts";
import {
  ListRequests,
  RequestChoices,
  RequestFilter,
  RequestTraffic,
  requestChoiceKinds,
} from "#server/requests/input.ts";
import { listRequests } from "#server/requests/list.ts";
import { showRequest } from "#server/requests/show.ts";
import { summariseRequests } from "#server/requests/summary.ts";
import { requestTraffic } from "#server/requests/traffic.ts";

/**
 * What a page costs on rollups beside the same question asked of raw rows, on a month of calls in the real schema; that both
 * say the same; and the request list page by page. `--rows N` (3,000,000), `--rounds N` (7), `--dir DIR`: keep the database
 * there, and fill it only when it is new (its newest calls are as old as it is).
 */
const option = (name: string, otherwise: number) =>
  Number(new RegExp(`--${name}[= ](\\d+)`).exec(process.argv.join(" "))?.[1] ?? otherwise);
const rows = option("rows", 3_000_000);
const rounds = option("rounds", 7);
const json = process.argv.includes("--json");
const ratioGoal = 20;
const pageGoalMs = 50;
const farPage = 1_000;
const pageRounds = 40;

const kept = /--dir[= ](\S+)/.exec(process.argv.join(" "))?.[1];
const dir = kept ?? (await mkdtemp(join(tmpdir(), "largeforge-bench-logs-")));
const server = await startEmbeddedPostgres({ dir: join(dir, "pg") });
try {
  await migrateDatabase(server.url);
  const db = createDb(server.url, { max: 4, name: "bench" });
  const filledMs = (await db.$count(projects)) > 0 ? null : await msOf(() => fillProject(db));
  const [project] = await db.select().from(projects);
  const [deployment] = await db.select().from(deployments).orderBy(deployments.name);
  if (!project || !deployment) throw new Error(`${dir} holds no log of this bench: remove it`);
  const projectId = project.id;
  const ctx = { db, projectId, actor: "system:bench" as const, enqueue: () => {} };
  const first = deployment.id;
  const summary = (period: string) => summariseRequests(ctx, RequestFilter.parse({ period }));
  const traffic = (minutes: number) => requestTraffic(ctx, RequestTraffic.parse({ deploymentId: first, minutes }));

  const questions = [
    {
      name: "Requests, 30 days",
      rolled: () => summary("30d"),
      raw: () => rawSummary(db, projectId, 43_200, 360),
      goal: ratioGoal,
    },
    {
      name: "Requests, 7 days",
      rolled: () => summary("7d"),
      raw: () => rawSummary(db, projectId, 10_080, 120),
      goal: ratioGoal,
    },
    {
      name: "Requests, 24 hours",
      rolled: () => summary("24h"),
      raw: () => rawSummary(db, projectId, 1_440, 15),
      goal: ratioGoal,
    },
    {
      name: "Requests, filter's choices",
      rolled: () => Promise.all(requestChoiceKinds.map((of) => requestChoices(ctx, RequestChoices.parse({ of })))),
      raw: () => rawChoices(db, projectId),
      goal: ratioGoal,
    },
    {
      name: "Home, 24 hours",
      rolled: () => Promise.all([homeFacts(ctx), homeTraffic(ctx)]),
      raw: () => rawHome(db, projectId),
      goal: ratioGoal,
    },
    {
      name: "Deployment, 7 days",
      rolled: () => traffic(10_080),
      raw: () => rawTraffic(db, projectId, first, 10_080, 120),
      goal: ratioGoal,
    },
    {
      name: "Deployment, 60 minutes",
      rolled: () => traffic(60),
      raw: () => rawTraffic(db, projectId, first, 60, 1),
      goal: null,
    },
  ];
  const lines = [];
  for (const { name, rolled, raw, goal } of questions) {
    const times = { rolled: [] as number[], raw: [] as number[] };
    for (let round = 0; round <= rounds; round++) {
      const [rolledMs, rawMs] = [await msOf(rolled), await msOf(raw)];
      if (round > 0) times.rolled.push(rolledMs) && times.raw.push(rawMs); // the first warms both
    }
    const [rolledMs, rawMs] = [quantile(times.rolled, 0.5), quantile(times.raw, 0.5)];
    lines.push({ name, rolledMs, rawMs, ratio: rawMs / rolledMs, goal });
  }

  const differences = [];
  for (const [period, minutes] of [
    ["30d", 43_200],
    ["7d", 10_080],
    ["24h", 1_440],
  ] as const)
    differences.push(...differencesOf(period, await summary(period), await rawSummary(db, projectId, minutes, 360)));

  const page = (cursor: string | null) => listRequests(ctx, ListRequests.parse({ period: "30d", cursor }));
  let cursor: string | null = null;
  for (let turned = 1; turned < farPage; turned++) cursor = (await page(cursor)).nextCursor;
  const far = cursor;
  const [one] = (await page(far)).items;
  const pages = [
    { name: "list, first page", ask: () => page(null) },
    { name: `list, page ${farPage}`, ask: () => page(far) },
    { name: "one request by its id", ask: () => showRequest(ctx, { id: one?.id ?? "" }) },
  ];
  const paged = [];
  for (const { name, ask } of pages) {
    const times = [];
    for (let round = 0; round < pageRounds; round++) times.push(await msOf(ask));
    paged.push({ name, p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95), goalMs: pageGoalMs });
  }
  const [size] = await db.execute<{ minutes: number; hours: number; weeks: number }>(sql`
    select (select count(*) from request_minutes)::int as minutes, (select count(*) from request_hours)::int as hours,
      (select count(*) from pg_inherits where inhparent = 'requests'::regclass)::int as weeks`);
  const met =
    lines.every(({ ratio, goal }) => goal === null || ratio >= goal) &&
    paged.every(({ p95Ms, goalMs }) => p95Ms <= goalMs) &&
    differences.length === 0;
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    node: process.version,
    load: loadavg()[0],
  };
  const report = { name: "logs", machine, rows, rounds, filledMs, ...size, lines, pages: paged, differences, met };
  console.log(json ? JSON.stringify(report, null, 2) : words(report));
  process.exitCode = met ? 0 : 1;
  await db.$client.end({ timeout: 1 });
} finally {
  await server.stop();
  if (!kept) await rm(dir, { recursive: true, force: true });
}

async function fillProject(db: Pool) {
  const projectId = newId("project");
  await db.insert(projects).values({ id: projectId, slug: "bench", name: "bench" });
  const own = [newId("deployment"), newId("deployment")];
  await db
    .insert(deployments)
    .values(own.map((id, i) => ({ id, projectId, name: `service-${i}`, createdBy: "system:bench" })));
  await fillLog(db, projectId, own, rows);
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function quantile(values: number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? 0;
}

/** Counts, tokens and cost must be equal, percentiles within 3 %. */
function differencesOf(period: string, said: Awaited<ReturnType<typeof summariseRequests>>, raw: RawTotals): string[] {
  const exact = ["requests", "answered", "failed", "left", "promptTokens", "completionTokens", "priced"] as const;
  const near = ["ttftP50Ms", "ttftP95Ms", "totalP50Ms", "totalP95Ms", "totalP99Ms"] as const;
  return [
    ...exact
      .filter((name) => said[name] !== raw[name])
      .map((name) => `${period} ${name}: ${said[name]}, not ${raw[name]}`),
    ...(said.costUsdNanos?.toString() === (raw.costUsdNanos ?? undefined)
      ? []
      : [`${period} cost: ${said.costUsdNanos}, not ${raw.costUsdNanos}`]),
    ...near
      .filter((name) => Math.abs((said[name] ?? 0) / raw[name] - 1) > 0.03)
      .map((name) => `${period} ${name}: ${said[name]}, more than 3 % from ${raw[name]}`),
  ];
}

type Report = {
  rows: number;
  minutes?: number;
  hours?: number;
  weeks?: number;
  lines: { name: string; rolledMs: number; rawMs: number; ratio: number; goal: number | null }[];
  pages: { name: string; p50Ms: number; p95Ms: number; goalMs: number }[];
  differences: string[];
};

function words({ rows, minutes, hours, weeks, lines, pages, differences }: Report): string {
  const number = (value: number | null, width: number) => (value === null ? "" : value.toFixed(1)).padStart(width);
  return [
    `${rows.toLocaleString("en")} calls of a month in ${weeks} partitions: ${minutes?.toLocaleString("en")} rows by minute, ${hours?.toLocaleString("en")} by hour`,
    `  ${"".padEnd(28)}rollups ms    raw ms  raw ÷ rollups  goal`,
    ...lines.map(
      ({ name, rolledMs, rawMs, ratio, goal }) =>
        `${goal !== null && ratio < goal ? "✗" : " "} ${name.padEnd(28)}${number(rolledMs, 10)}${number(rawMs, 10)}${number(ratio, 15)}${number(goal, 6)}`,
    ),
    `  ${"".padEnd(28)}    p50 ms    p95 ms  goal`,
    ...pages.map(
      ({ name, p50Ms, p95Ms, goalMs }) =>
        `${p95Ms > goalMs ? "✗" : " "} ${name.padEnd(28)}${number(p50Ms, 10)}${number(p95Ms, 10)}${number(goalMs, 6)}`,
    ),
    differences.length === 0
      ? "  counts, tokens and cost equal to the row; percentiles within 3 %"
      : `✗ ${differences.join("\n✗ ")}`,
  ].join("\n");
}
