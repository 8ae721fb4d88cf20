import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { seedTeam, type TeamScale, teamScale } from "#bench/lists/seed.ts";
import { createDb, type Pool } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { newId } from "#db/ids.ts";
import { migrateDatabase } from "#db/migrate.ts";
import { projects } from "#db/schema/people.ts";
import { ListAudit } from "#server/audit/input.ts";
import { listAudit } from "#server/audit/list.ts";
import { listActors } from "#server/audit/list-actors.ts";
import { listDatasets } from "#server/datasets/list.ts";
import { pickDatasetVersion } from "#server/datasets/pick-version.ts";
import { ListDeployments } from "#server/deployments/input.ts";
import { listDeployments } from "#server/deployments/list.ts";
import { listServable } from "#server/deployments/servable.ts";
import { listPrices } from "#server/economics/list-prices.ts";
import { listEvals } from "#server/evals/list.ts";
import { listSuites } from "#server/evals/list-suites.ts";
import { PickMany } from "#server/input.ts";
import { listModels } from "#server/models/list.ts";
import { pickModelVersion } from "#server/models/pick-version.ts";
import { search } from "#server/ops/search.ts";
import { requestChoices } from "#server/requests/choices.ts";
import { ListRequests, RequestChoices, requestChoiceKinds } from "#server/requests/input.ts";
import { listRequests } from "#server/requests/list.ts";
import { summariseRequests } from "#server/requests/summary.ts";
import { runCurves } from "#server/runs/curves.ts";
import { listRuns } from "#server/runs/list.ts";

/**
 * What a list, a search or a picker costs at a team's scale beside the same one on a hundredth of the rows, and beside
 * a bare `select … limit 50` of the same table: two databases of one server, asked in turn in one process.
 */
const rounds = Number(/--rounds[= ](\d+)/.exec(process.argv.join(" "))?.[1] ?? 15);
const json = process.argv.includes("--json");
const small: TeamScale = {
  datasets: 30,
  runs: 30,
  versions: 6,
  models: 2,
  prices: 120,
  suites: 30,
  keys: 9,
  audit: 3_000,
  requests: 3_000,
  points: 1_000,
};

type Side = {
  db: Pool;
  projectId: string;
  ctx: { db: Pool; projectId: string; actor: "system:bench"; enqueue: () => void };
  longRunId: string;
};
type Line = { name: string; ask: (side: Side) => Promise<unknown>; goal: number };

/** An index has the order: what is asked for is all that is read, beside a count. */
const byIndex = 10;
/** One pass over the project's rows of a kind, by its nature: at most so much for a hundred times the rows. */
const onePass = 40;

const page = { limit: 50 };
const requestsOf = (input: object) => ListRequests.parse({ period: "30d", ...input });

const lines: Line[] = [
  { name: "datasets, first page", ask: ({ ctx }) => listDatasets(ctx, page), goal: byIndex },
  {
    name: "datasets, by name",
    ask: ({ ctx }) => listDatasets(ctx, { ...page, sort: { by: "name", desc: false } }),
    goal: onePass,
  },
  {
    name: "datasets, by rows",
    ask: ({ ctx }) => listDatasets(ctx, { ...page, sort: { by: "rows", desc: true } }),
    goal: onePass,
  },
  { name: "datasets, search", ask: ({ ctx }) => listDatasets(ctx, { ...page, search: "hotel" }), goal: onePass },
  { name: "datasets, picker", ask: ({ ctx }) => pickDatasetVersion(ctx, {}), goal: onePass },
  { name: "datasets, picker search", ask: ({ ctx }) => pickDatasetVersion(ctx, { search: "hotl" }), goal: onePass },
  { name: "runs, first page", ask: ({ ctx }) => listRuns(ctx, page), goal: byIndex },
  {
    name: "runs, third page",
    ask: ({ ctx }) => laterPage((cursor) => listRuns(ctx, { ...page, limit: 10, cursor })),
    goal: byIndex,
  },
  {
    name: "runs, by loss",
    ask: ({ ctx }) => listRuns(ctx, { ...page, sort: { by: "loss", desc: false } }),
    goal: onePass,
  },
  { name: "runs, search", ask: ({ ctx }) => listRuns(ctx, { ...page, search: "summaries" }), goal: onePass },
  {
    name: "run, curves of 100,000 points",
    ask: ({ ctx, longRunId }) => runCurves(ctx, { runId: longRunId }),
    goal: onePass,
  },
  { name: "models, first page", ask: ({ ctx }) => listModels(ctx, page), goal: byIndex },
  { name: "models, search", ask: ({ ctx }) => listModels(ctx, { ...page, search: "hotel" }), goal: onePass },
  { name: "versions, picker", ask: ({ ctx }) => pickModelVersion(ctx, {}), goal: onePass },
  { name: "versions, picker search", ask: ({ ctx }) => pickModelVersion(ctx, { search: "hotel-2" }), goal: onePass },
  { name: "versions, servable", ask: ({ ctx }) => listServable(ctx, {}), goal: onePass },
  { name: "suites, first page", ask: ({ ctx }) => listSuites(ctx, page), goal: byIndex },
  { name: "suites, search", ask: ({ ctx }) => listSuites(ctx, { ...page, search: "suite 7" }), goal: onePass },
  {
    name: "suites, by evals",
    ask: ({ ctx }) => listSuites(ctx, { ...page, sort: { by: "evals", desc: true } }),
    goal: onePass,
  },
  {
    name: "suites, picker search",
    ask: ({ ctx }) => listSuites(ctx, { search: "suite 7", chosen: "" }),
    goal: onePass,
  },
  { name: "prices, first page", ask: ({ ctx }) => listPrices(ctx, page), goal: onePass },
  {
    name: "prices, by price",
    ask: ({ ctx }) => listPrices(ctx, { ...page, sort: { by: "output", desc: true } }),
    goal: onePass,
  },
  { name: "audit, first page", ask: ({ ctx }) => listAudit(ctx, ListAudit.parse(page)), goal: onePass },
  { name: "audit, actors", ask: ({ ctx }) => listActors(ctx, PickMany.parse({ search: "ci-7" })), goal: onePass },
  { name: "evals, first page", ask: ({ ctx }) => listEvals(ctx, page), goal: byIndex },
  {
    name: "deployments, first page",
    ask: ({ ctx }) => listDeployments(ctx, ListDeployments.parse(page)),
    goal: onePass,
  },
  { name: "requests, first page", ask: ({ ctx }) => listRequests(ctx, requestsOf(page)), goal: onePass },
  {
    name: "requests, third page",
    ask: ({ ctx }) => laterPage((cursor) => listRequests(ctx, requestsOf({ ...page, cursor }))),
    goal: onePass,
  },
  {
    name: "requests, by cost",
    ask: ({ ctx }) => listRequests(ctx, requestsOf({ ...page, sort: { by: "cost", desc: true } })),
    goal: 100,
  },
  {
    name: "requests, search",
    ask: ({ ctx }) => listRequests(ctx, requestsOf({ ...page, search: "no_host" })),
    goal: 100,
  },
  ...requestChoiceKinds.map((of) => ({
    name: `requests, choices of ${of}s`,
    ask: ({ ctx }: Side) => requestChoices(ctx, RequestChoices.parse({ of, search: "7" })),
    goal: onePass,
  })),
  { name: "requests, summary of 30 days", ask: ({ ctx }) => summariseRequests(ctx, requestsOf({})), goal: 100 },
  { name: "search everywhere", ask: ({ ctx }) => search(ctx, { text: "hotl" }), goal: onePass },
];

async function laterPage(ask: (cursor: string | null) => Promise<{ nextCursor: string | null }>) {
  let cursor: string | null = null;
  for (let turned = 0; turned < 3; turned++) cursor = (await ask(cursor)).nextCursor;
}

const tables = ["datasets", "runs", "models", "evals", "deployments", "requests"];
const bare = (table: string): Omit<Line, "goal"> => ({
  name: `bare ${table}`,
  ask: ({ db, projectId }) =>
    db.execute(sql`select * from ${sql.identifier(table)} where project_id = ${projectId} order by id desc limit 50`),
});

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const dir = await mkdtemp(join(tmpdir(), "largeforge-bench-lists-"));
const server = await startEmbeddedPostgres({ dir: join(dir, "pg") });
try {
  const [large, tiny] = [await openSide("large", teamScale), await openSide("small", small)];
  const measured = [];
  for (const line of [...tables.map(bare), ...lines]) {
    const times = { large: [] as number[], small: [] as number[] };
    await line.ask(large);
    await line.ask(tiny);
    for (let round = 0; round < rounds; round++) {
      times.large.push(await msOf(() => line.ask(large)));
      times.small.push(await msOf(() => line.ask(tiny)));
    }
    const [largeMs, smallMs] = [median(times.large), median(times.small)];
    measured.push({
      name: line.name,
      largeMs,
      smallMs,
      ratio: largeMs / smallMs,
      goal: "goal" in line ? Number(line.goal) : null,
    });
  }
  const bareMs = new Map(measured.map(({ name, largeMs }) => [name, largeMs]));
  const report = {
    name: "lists",
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version },
    rounds,
    large: teamScale,
    small,
    lines: measured.map((line) => {
      const peer = bareMs.get(`bare ${line.name.split(",")[0]}`);
      return { ...line, toBare: peer ? line.largeMs / peer : null };
    }),
    met: measured.every(({ ratio, goal }) => goal === null || ratio <= goal),
  };
  console.log(json ? JSON.stringify(report, null, 2) : words(report.lines));
  process.exitCode = report.met ? 0 : 1;
  for (const { db } of [large, tiny]) await db.$client.end({ timeout: 1 });
} finally {
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}

async function openSide(name: string, scale: TeamScale): Promise<Side> {
  const admin = createDb(server.url, { max: 1, name: "bench" });
  await admin.execute(sql`create database ${sql.identifier(name)}`);
  await admin.$client.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  await migrateDatabase(url.href);
  const db = createDb(url.href, { max: 4, name: "bench" });
  const projectId = newId("project");
  await db.insert(projects).values({ id: projectId, slug: "bench", name: "bench" });
  process.stderr.write(`filling the ${name} one\n`);
  const { longRunId } = await seedTeam(db, projectId, scale);
  return { db, projectId, longRunId, ctx: { db, projectId, actor: "system:bench", enqueue: () => {} } };
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function words(
  of: { name: string; largeMs: number; smallMs: number; ratio: number; goal: number | null; toBare: number | null }[],
) {
  const number = (value: number | null, width: number) => (value === null ? "" : value.toFixed(1)).padStart(width);
  return [
    "lists at a team's scale beside a hundredth of the rows, and beside a bare select of 50",
    `  ${"".padEnd(30)}  large ms  small ms     ratio      goal  × bare`,
    ...of.map(
      (line) =>
        `${line.goal !== null && line.ratio > line.goal ? "✗" : " "} ${line.name.padEnd(30)}${number(line.largeMs, 10)}${number(line.smallMs, 10)}${number(line.ratio, 10)}${number(line.goal, 10)}${number(line.toBare, 8)}`,
    ),
  ].join("\n");
}
