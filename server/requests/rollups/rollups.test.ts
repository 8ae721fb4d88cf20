import { eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Db, Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { projects } from "#db/schema/people.ts";
import { requestDays, requestHours, requestMinutes, requestStaleHours, requests } from "#db/schema/requests.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { RequestFilter } from "#server/requests/input.ts";
import {
  barsOf,
  bucketOf,
  type Histogram,
  msOf,
  percentileOf,
  sizeOf,
} from "#server/requests/rollups/histogram.rule.ts";
import { drawCalls, drawn, foldedCalls, minuteRollups, rollups, totalsOf } from "#server/requests/rollups/read.ts";
import { rollUpRequests } from "#server/requests/rollups/roll-up.ts";
import { storeCalls } from "#server/requests/store.ts";
import { summariseRequests } from "#server/requests/summary.ts";
import { logCalls } from "#server/requests/testing.ts";
import { testProject } from "#server/testing.ts";

const hourMs = 3_600_000;
const never = new AbortController().signal;

function histogramOf(values: readonly number[]): Histogram {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(bucketOf(value), (counts.get(bucketOf(value)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}

/** Postgres' percentile_cont. */
function exact(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  const [below = 0, above = 0] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return below + (above - below) * (rank - Math.floor(rank));
}

/** Microseconds up to some hours, as the gateway rounds them, evenly by order of magnitude. */
const durations = fc
  .array(fc.double({ min: -6.9, max: 16, noNaN: true }), { minLength: 1, maxLength: 400 })
  .map((logs) => logs.map((log) => Math.max(1, Math.round(Math.exp(log) * 1_000)) / 1_000));

test("every percentile of a histogram is within 3 % of the exact one, whatever was measured", () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const told = percentileOf(histogramOf(values), share) ?? Number.NaN;
      expect(Math.abs(told / exact(values, share) - 1)).toBeLessThan(0.03);
    }),
    { numRuns: 2_000 },
  );
  expect(percentileOf([], 0.5)).toBeNull();
  expect(percentileOf(histogramOf([0, 0]), 0.9)).toBe(0);
});

test("bars share out what a histogram holds, each value once", () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 1, max: 100_000, noNaN: true }), (values, topMs) => {
      const { edges, counts, beyond } = barsOf(histogramOf(values), topMs, 24);
      expect(edges).toHaveLength(25);
      expect(counts.every((count) => count >= 0)).toBe(true);
      expect(counts.reduce((sum, count) => sum + count, beyond)).toBe(values.length);
    }),
  );
});

test("Postgres puts a duration into the bucket that the rule names, adds histograms and leaves none out", () =>
  inTx(async (tx) => {
    const { projectId } = await testProject(tx);
    const [values = []] = fc.sample(durations, { numRuns: 1, seed: 7 });
    const all = [...values, 0, 0.001, 0.002, 1, 1e9];
    for (const half of [all.slice(0, all.length / 2), all.slice(all.length / 2)])
      await logCalls(
        tx,
        half.map((totalMs) => ({ projectId, totalMs })),
      );
    const [totals] = await totalsOf(tx, rollups(projectId, 60), ["total"]);
    expect(totals?.histograms.total).toEqual(histogramOf(all));
    expect(sizeOf(totals?.histograms.total ?? [])).toBe(all.length);
    expect(msOf(bucketOf(1_000))).toBeGreaterThan(970);
  }));

type Call = Parameters<typeof logCalls>[1][number];

/** Calls of a few series over some hours, some of them late, some untimed, in an order of their own. */
const traffic = (projectId: string) =>
  fc
    .array(
      fc.record({
        minutesAgo: fc.nat(1_800),
        model: fc.constantFrom("support", "triage", ""),
        actor: fc.constantFrom("key:a", "key:b", "system:evals"),
        deploymentId: fc.constantFrom("dep_1", null),
        revisionId: fc.constantFrom("rev_1", "rev_2", null),
        status: fc.constantFrom(200, 200, 200, 404, 429, 499, 503),
        stream: fc.boolean(),
        promptTokens: fc.option(fc.nat(9_999)),
        completionTokens: fc.option(fc.nat(99)),
        ttftMs: fc.option(fc.integer({ min: 1, max: 90_000_000 }).map((us) => us / 1_000)),
        queueMs: fc.option(fc.integer({ min: 0, max: 9_000 }).map((us) => us / 1_000)),
        totalMs: fc.integer({ min: 1, max: 900_000_000 }).map((us) => us / 1_000),
        costUsdNanos: fc.option(fc.bigInt({ min: 0n, max: 9_007_199_254_740_993n })),
      }),
      { minLength: 60, maxLength: 120 },
    )
    .map((calls) =>
      calls.map(
        ({ minutesAgo, ...call }): Call => ({
          ...call,
          projectId,
          receivedAt: new Date(Date.now() - minutesAgo * 60_000),
        }),
      ),
    );

/** What the raw rows say. */
async function rawTotals(db: Db, projectId: string) {
  const [row] = await db.execute(sql`
    select count(*)::float8 as requests, (count(*) filter (where status < 400))::float8 as answered,
      (count(*) filter (where status between 400 and 498))::float8 as refused, (count(*) filter (where status >= 500))::float8 as failed,
      (count(*) filter (where status = 499))::float8 as "left", count(ttft_ms)::float8 as streams,
      (count(*) filter (where status < 400 and completion_tokens > 0))::float8 as answers,
      (sum(prompt_tokens))::float8 as "promptTokens", count(cost_usd_nanos)::float8 as priced,
      sum(cost_usd_nanos)::text as "costUsdNanos" from requests where project_id = ${projectId}`);
  return row;
}

async function rolledTotals(db: Db, projectId: string) {
  const [totals] = await totalsOf(db, rollups(projectId, 2_880), ["ttft", "total"]);
  if (!totals) throw new Error("no totals");
  const { histograms, revisionId, tokensPerSecond, completionTokens, costUsdNanos, ...sums } = totals;
  return { ...sums, costUsdNanos: costUsdNanos?.toString() ?? null };
}

const jobs = (db: Pool) => ({ db, enqueue: () => {}, actor: "system:jobs" as const });

test("rollups say what the rows say, to the call, the token and the nanodollar, before and after hours are made and when late calls come", () =>
  inDatabase(async ({ db }) => {
    for (const seed of [1, 2, 3]) {
      const projectId = newId("project");
      await db.insert(projects).values({ id: projectId, slug: projectId.replace("_", "-"), name: "p" });
      const [calls = []] = fc.sample(traffic(projectId), { numRuns: 1, seed });
      await logCalls(db, calls);
      expect(await rolledTotals(db, projectId)).toEqual(await rawTotals(db, projectId));
      await rollUpRequests(jobs(db), {}, never);
      expect(await db.$count(requestHours)).toBeGreaterThan(0);
      expect(await rolledTotals(db, projectId)).toEqual(await rawTotals(db, projectId));
      const [late = []] = fc.sample(traffic(projectId), { numRuns: 1, seed: seed + 100 });
      await logCalls(db, late);
      expect(await rolledTotals(db, projectId)).toEqual(await rawTotals(db, projectId));
      await Promise.all([rollUpRequests(jobs(db), {}, never), rollUpRequests(jobs(db), {}, never)]);
      expect(await rolledTotals(db, projectId)).toEqual(await rawTotals(db, projectId));

      expect(await db.$count(requestDays, eq(requestDays.projectId, projectId))).toBeGreaterThan(0);
      for (const bucketMinutes of [15, 60]) {
        const byTime = (points: Awaited<ReturnType<typeof drawn>>) =>
          points.map((point) => JSON.stringify(point)).sort();
        const fine = await drawn(db, minuteRollups(projectId, 2_880), bucketMinutes);
        expect(byTime(await drawCalls(db, projectId, 2_880, bucketMinutes))).toEqual(byTime(fine));
      }

      // the same question folded from the calls themselves, and from minutes alone
      const whole = await totalsOf(db, rollups(projectId, 2_880), ["ttft", "total", "itl_p50", "queue"], true);
      const byRevision = (rows: typeof whole) =>
        rows.toSorted((a, b) => String(a.revisionId).localeCompare(String(b.revisionId)));
      for (const rows of [
        foldedCalls(sql`select * from requests where project_id = ${projectId}`),
        minuteRollups(projectId, 2_880),
      ])
        expect(byRevision(await totalsOf(db, rows, ["ttft", "total", "itl_p50", "queue"], true))).toEqual(
          byRevision(whole),
        );
    }
  }));

test("a batch that comes again after a crash adds nothing, and one that broke off added nothing", () =>
  inDatabase(async ({ db }) => {
    const projectId = newId("project");
    await db.insert(projects).values({ id: projectId, slug: "p", name: "p" });
    const record = { project_id: projectId, actor: "key:a", endpoint: "e", model: "m", stream: false, status: 200 };
    const lines = Array.from({ length: 50 }, (_, i) =>
      JSON.stringify({
        id: newId("request"),
        ...record,
        attempts: 1,
        total_ms: i,
        received_at: new Date().toISOString(),
      }),
    );
    await expect(
      db.transaction(async (tx) => {
        await storeCalls(tx, lines);
        throw new Error("killed before the commit");
      }),
    ).rejects.toThrow("killed");
    expect(await rolledTotals(db, projectId)).toMatchObject({ requests: 0 });
    await storeCalls(db, lines);
    await storeCalls(db, [...lines, ...lines.slice(0, 5)]);
    expect(await rolledTotals(db, projectId)).toMatchObject({ requests: 50 });
  }));

test("hours that are made while calls go on arriving lose none of them", () =>
  inDatabase(async ({ db }) => {
    const projectId = newId("project");
    await db.insert(projects).values({ id: projectId, slug: "p", name: "p" });
    const receivedAt = new Date(Date.now() - 3 * hourMs);
    const arrive = async () => {
      for (let i = 0; i < 25; i++) await logCalls(db, [{ projectId, receivedAt, totalMs: i }]);
    };
    const make = async () => {
      for (let i = 0; i < 10; i++) await rollUpRequests(jobs(db), {}, never);
    };
    await Promise.all([arrive(), arrive(), make(), make()]);
    await make();
    expect(await db.$count(requestStaleHours)).toBe(0);
    const [hour] = await db.select().from(requestHours);
    expect(hour?.calls).toBe(50);
    expect(await rolledTotals(db, projectId)).toMatchObject({ requests: 50 });
  }));

test("hours marked to be made from the calls get their minutes from them", () =>
  inDatabase(async ({ db }) => {
    const projectId = newId("project");
    await db.insert(projects).values({ id: projectId, slug: "p", name: "p" });
    await logCalls(
      db,
      Array.from({ length: 20 }, (_, i) => ({
        projectId,
        receivedAt: new Date(Date.now() - i * hourMs),
        totalMs: i + 1,
      })),
    );
    const before = await rolledTotals(db, projectId);
    await db.delete(requestMinutes);
    await db.execute(sql`update request_stale_hours set from_calls = true`);
    await rollUpRequests(jobs(db), {}, never);
    expect(await rolledTotals(db, projectId)).toEqual(before);
    expect(await db.$count(requestHours)).toBeGreaterThanOrEqual(18);
  }));

test("a filter by model, caller, revision, outcome or kind sums the same calls as the list shows", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const [calls = []] = fc.sample(traffic(projectId), { numRuns: 1, seed: 11 });
    await logCalls(tx, calls);
    const filters = [
      { models: ["support", ""] },
      { actors: ["key:a"], outcomes: ["answered", "left"] },
      { revisionIds: ["rev_1"], kind: "stream" },
      { outcomes: ["failed"], kind: "whole" },
      { search: "no_such_code" },
    ];
    for (const filter of filters) {
      const asked = RequestFilter.parse({ period: "7d", ...filter });
      const found = calls.filter(
        ({ model = "", actor = "", revisionId, status = 200, stream }) =>
          (!filter.models || filter.models.includes(model)) &&
          (!filter.actors || filter.actors.includes(actor)) &&
          (!filter.revisionIds || filter.revisionIds.includes(revisionId ?? "")) &&
          (!filter.outcomes ||
            filter.outcomes.some((one) =>
              one === "failed" ? status >= 500 : one === "left" ? status === 499 : status < 400,
            )) &&
          (!filter.kind || stream === (filter.kind === "stream")) &&
          !filter.search,
      );
      const summary = await summariseRequests(ctx, asked);
      expect(summary.requests, JSON.stringify(filter)).toBe(found.length);
      expect(summary.points.reduce((sum, { all }) => sum + all, 0)).toBe(found.length);
    }
    expect(await tx.$count(requests)).toBe(calls.length);
  }));
