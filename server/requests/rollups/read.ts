import { type SQL, sql } from "drizzle-orm";
import type { RequestOutcome } from "#db/enums.ts";
import type { Ctx } from "#server/context.ts";
import { dimensions, fold, type Measure, rollupNames } from "#server/requests/rollups/fold.ts";
import type { Histogram } from "#server/requests/rollups/histogram.rule.ts";

const series = sql`join request_series s on s.id = r.series_id and s.project_id = r.project_id`;
const columns = sql.raw(
  [...rollupNames.slice(1).map((name) => `r.${name}`), ...dimensions.slice(1).map((name) => `s.${name}`)].join(", "),
);

const epoch = sql.raw("'epoch'::timestamptz");
/** The start of the minute in which a window of `minutes` that ends now began, on the database's clock, and its first whole hour and day (UTC). */
const began = (minutes: number) => sql`date_bin('1 minute', now() - make_interval(mins => ${minutes}::int), ${epoch})`;
const firstHour = (minutes: number) => sql`date_bin('1 hour', ${began(minutes)} + interval '59 minutes', ${epoch})`;
const firstDay = (minutes: number) => sql`date_bin('1 day', ${began(minutes)} + interval '1439 minutes', ${epoch})`;

type Window = { projectId: string; minutes: number; matching: SQL };

const own = ({ projectId, matching }: Window) => sql`r.project_id = ${projectId} and ${matching}`;

/** Days of which something came after they were made, or that go on. */
const staleDays = ({ projectId }: Window) => sql`(select at from request_stale_days where project_id = ${projectId}
  union select date_bin('1 day', at, ${epoch}) from request_stale_hours where project_id = ${projectId})`;

const notStale = ({ projectId }: Window) =>
  sql`not exists (select from request_stale_hours h where h.project_id = ${projectId} and h.at = r.at)`;

/**
 * Of stale hours, and of the part hour that the window begins with. Each stale hour is looked up for itself (`offset 0`): joined by
 * range, the planner would rather read every minute there is.
 */
const minutesOf = (window: Window) => sql`
  select ${columns} from request_minutes r ${series}
  where ${own(window)} and r.at >= ${began(window.minutes)} and r.at < ${firstHour(window.minutes)}
  union all
  select ${columns} from request_stale_hours h cross join lateral (
      select * from request_minutes r
      where r.project_id = ${window.projectId} and r.at >= h.at and r.at < h.at + interval '1 hour' offset 0) r ${series}
  where ${own(window)} and h.project_id = ${window.projectId} and h.at >= ${firstHour(window.minutes)}`;

/**
 * A subquery with the totals of a project's calls in the last `minutes`, each with its series: days, hours of days that are
 * stale or in part, minutes of hours that are. Reads some hundreds of rows whatever the calls and the window. `matching` may
 * ask for `s`, the series.
 */
export function rollups(projectId: string, minutes: number, matching: SQL = sql`true`): SQL {
  const window = { projectId, minutes, matching };
  return sql`(
    select ${columns} from request_days r ${series}
    where ${own(window)} and r.at >= ${firstDay(minutes)} and r.at not in ${staleDays(window)}
    union all
    select ${columns} from request_hours r ${series}
    where ${own(window)} and r.at >= ${firstHour(minutes)} and r.at < ${firstDay(minutes)} and ${notStale(window)}
    union all
    select ${columns} from ${staleDays(window)} d cross join lateral (
        select * from request_hours r
        where r.project_id = ${projectId} and r.at >= d.at and r.at < d.at + interval '24 hours' offset 0) r ${series}
    where ${own(window)} and d.at >= ${firstDay(minutes)} and r.at >= ${firstHour(minutes)} and ${notStale(window)}
    union all ${minutesOf(window)}
  )`;
}

type Drawn = { at: string; calls: number; answered: number; failed: number; revisionId: string | null };

/**
 * Calls in buckets of `bucketMinutes` over the last `minutes`, by revision; a bucket without calls has no row. Drawn from the
 * hours (finer than that from their five-minute slots) where the buckets are of whole five minutes, else from minutes.
 */
export async function drawCalls(
  db: Ctx["db"],
  projectId: string,
  minutes: number,
  bucketMinutes: number,
  matching: SQL = sql`true`,
) {
  const window = { projectId, minutes, matching };
  const slotted = sql`(
    select r.at + (slot - 1) * interval '5 minutes' as at, n as calls, s.outcome, s.revision_id from request_hours r ${series}
      cross join lateral unnest(r.slots) with ordinality as slots(n, slot)
    where ${own(window)} and r.at >= ${firstHour(minutes)} and ${notStale(window)} and n > 0
    union all select at, calls, outcome, revision_id from (${minutesOf(window)}) m
  )`;
  const hourly = sql`(
    select r.at, r.calls, s.outcome, s.revision_id from request_hours r ${series}
    where ${own(window)} and r.at >= ${firstHour(minutes)} and ${notStale(window)}
    union all select at, calls, outcome, revision_id from (${minutesOf(window)}) m
  )`;
  const fine = minuteRollups(projectId, minutes, matching);
  return drawn(db, bucketMinutes % 60 === 0 ? hourly : bucketMinutes % 5 === 0 ? slotted : fine, bucketMinutes);
}

/** The same of any rollups. */
export async function drawn(db: Ctx["db"], rows: SQL, bucketMinutes: number) {
  const points = await db.execute<Drawn>(sql`
    select date_bin(make_interval(mins => ${bucketMinutes}::int), at, ${epoch})::text as at, revision_id as "revisionId",
      sum(calls)::int as calls, coalesce(sum(calls) filter (where outcome = 'answered'), 0)::int as answered,
      coalesce(sum(calls) filter (where outcome = 'failed'), 0)::int as failed
    from ${rows} r group by 1, 2 order by min(at)`);
  return [...points].map((point) => ({ ...point, at: new Date(point.at) }));
}

/** The totals from minutes alone. */
export function minuteRollups(projectId: string, minutes: number, matching: SQL = sql`true`): SQL {
  return sql`(select ${columns} from request_minutes r ${series}
    where ${own({ projectId, minutes, matching })} and r.at >= ${began(minutes)})`;
}

/** The same folded from `calls` (a select of whole rows of `requests`), for what no series tells apart. */
export function foldedCalls(calls: SQL): SQL {
  return sql`(with ${fold(calls)} select ${columns} from folded r join series s on s.id = r.series_id)`;
}

/** What a group of calls sums to; `null` where nothing was measured. */
export type Totals = {
  /** the revision, where totals are by revision */
  revisionId: string | null;
  requests: number;
  answered: number;
  refused: number;
  failed: number;
  left: number;
  /** calls whose first token was timed */
  streams: number;
  /** answered calls that wrote anything */
  answers: number;
  /** output tokens of the answered calls ÷ their total time */
  tokensPerSecond: number | null;
  promptTokens: number | null;
  completionTokens: number | null;
  priced: number;
  costUsdNanos: bigint | null;
  /** those asked for; `total` is of answered calls alone */
  histograms: Partial<Record<Measure, Histogram>>;
};

type Sums = Omit<Totals, "histograms" | "costUsdNanos"> & { costUsdNanos: string | null };

const ofOutcome = (outcome: RequestOutcome, name = "calls") =>
  sql.raw(`sum(${name}) filter (where outcome = '${outcome}')`);

/** Sum rollups, as a whole (then one row, whatever there is) or by revision. Only the histograms in `wanted` are read. */
export async function totalsOf(
  db: Ctx["db"],
  rows: SQL,
  wanted: readonly Measure[],
  byRevision = false,
): Promise<Totals[]> {
  const key = sql.raw(byRevision ? "revision_id" : "null::text");
  const [sums, buckets] = await Promise.all([
    db.execute<Sums>(sql`
      select ${key} as "revisionId", coalesce(sum(calls), 0)::float8 as requests,
        coalesce(${ofOutcome("answered")}, 0)::float8 as answered, coalesce(${ofOutcome("refused")}, 0)::float8 as refused,
        coalesce(${ofOutcome("failed")}, 0)::float8 as failed, coalesce(${ofOutcome("left")}, 0)::float8 as "left",
        coalesce(sum(streams), 0)::float8 as streams, coalesce(${ofOutcome("answered", "answers")}, 0)::float8 as answers,
        (case when ${ofOutcome("answered", "counted")} > 0 then ${ofOutcome("answered", "completion_tokens")}::float8
          / nullif(${ofOutcome("answered", "total_us")}, 0) * 1000000 end)::float8 as "tokensPerSecond",
        (case when sum(counted) > 0 then sum(prompt_tokens) end)::float8 as "promptTokens",
        (case when sum(counted) > 0 then sum(completion_tokens) end)::float8 as "completionTokens",
        coalesce(sum(priced), 0)::float8 as priced,
        (case when sum(priced) > 0 then sum(cost_usd_nanos) end)::text as "costUsdNanos"
      from ${rows} r ${sql.raw(byRevision ? "group by revision_id" : "")}`),
    db.execute<{ revisionId: string | null; measure: Measure; bucket: number; count: number }>(sql`
      select ${key} as "revisionId", measure, (packed >> 32)::int as bucket, sum(packed & 4294967295)::float8 as count
      from ${rows} r cross join lateral (values ${sql.raw(
        wanted
          .map((name) => `('${name}', ${name === "total" ? "case outcome when 'answered' then total end" : name})`)
          .join(", "),
      )}) as h(measure, histogram) cross join lateral unnest(histogram) as packed
      group by 1, 2, 3 order by 3`),
  ]);
  return [...sums].map((row) => ({
    ...row,
    costUsdNanos: row.costUsdNanos === null ? null : BigInt(row.costUsdNanos),
    histograms: Object.fromEntries(
      wanted.map((name) => {
        const its = [...buckets].filter(({ measure, revisionId }) => measure === name && revisionId === row.revisionId);
        return [name, its.map(({ bucket, count }) => [bucket, count] as const)];
      }),
    ),
  }));
}
