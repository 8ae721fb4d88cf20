import { type SQL, sql } from "drizzle-orm";
import type { RequestOutcome } from "#db/enums.ts";
import type { Ctx } from "#server/context.ts";
import { dimensions, fold, type Measure, rollupNames } from "#server/requests/rollups/fold.ts";
import type { Histogram } from "#server/requests/rollups/histogram.rule.ts";

const series = sql`join request_series s on s.id = r.series_id and s.project_id = r.project_id`;
const columns = sql.raw(
  [...rollupNames.slice(1).map((name) => `r.${name}`), ...dimensions.slice(1).map((name) => `s.${name}`)].join(", "),
);

/** The start of the minute in which a window of `minutes` that ends now began, on the database's clock. */
const began = (minutes: number) =>
  sql`date_bin('1 minute', now() - make_interval(mins => ${minutes}::int), 'epoch'::timestamptz)`;

/** The first whole hour of that window. */
const firstHour = (minutes: number) =>
  sql`date_bin('1 hour', ${began(minutes)} + interval '59 minutes', 'epoch'::timestamptz)`;

/**
 * A subquery with the rollups of a project's calls in the last `minutes`, each with its series: hours, and minutes where an
 * hour is stale (the one that goes on, and what came late) and before the first whole one. Reads some hundreds of rows a day
 * whatever the calls. `matching` may ask for `s`, the series.
 */
export function rollups(projectId: string, minutes: number, matching?: SQL): SQL {
  const only = sql`${projectId} = r.project_id and ${matching ?? sql`true`}`;
  return sql`(
    select ${columns} from request_hours r ${series}
    where ${only} and r.at >= ${firstHour(minutes)} and not exists (
      select from request_stale_hours h where h.project_id = ${projectId} and h.at = r.at)
    union all
    select ${columns} from request_minutes r ${series}
    where ${only} and r.at >= ${began(minutes)} and r.at < ${firstHour(minutes)}
    union all
    select ${columns} from request_stale_hours h
      join request_minutes r on r.project_id = ${projectId} and r.at >= h.at and r.at < h.at + interval '1 hour' ${series}
    where ${only} and h.project_id = ${projectId} and h.at >= ${firstHour(minutes)}
  )`;
}

/** The same from minutes alone, for what is drawn finer than by the hour. */
export function minuteRollups(projectId: string, minutes: number, matching?: SQL): SQL {
  return sql`(select ${columns} from request_minutes r ${series}
    where r.project_id = ${projectId} and r.at >= ${began(minutes)} and ${matching ?? sql`true`})`;
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
