import { type SQL, sql } from "drizzle-orm";
import { callerLeft } from "#server/requests/outcome.rule.ts";
import { bucketsPerE, lastBucket } from "#server/requests/rollups/histogram.rule.ts";

/** What calls are counted by: the columns of `request_series` but its id. */
export const dimensions = [
  "project_id",
  "model",
  "deployment_id",
  "revision_id",
  "model_version_id",
  "actor",
  "stream",
  "outcome",
] as const;

/** Each sum of a rollup, and what it is of a group of calls. */
const sums = {
  calls: "count(*)",
  counted: "count(prompt_tokens)",
  answers: "count(*) filter (where completion_tokens > 0)",
  streams: "count(ttft_ms)",
  priced: "count(cost_usd_nanos)",
  prompt_tokens: "coalesce(sum(prompt_tokens), 0)",
  completion_tokens: "coalesce(sum(completion_tokens), 0)",
  cost_usd_nanos: "coalesce(sum(cost_usd_nanos), 0)",
  total_us: "sum(round(total_ms * 1000)::bigint)",
} as const;

/** Each histogram of a rollup, and the column of a call that it is of. */
export const measures = {
  ttft: "ttft_ms",
  total: "total_ms",
  itl_p50: "itl_p50_ms",
  itl_p95: "itl_p95_ms",
  queue: "queue_ms",
} as const;
export type Measure = keyof typeof measures;

const sumNames = Object.keys(sums);
const measureNames = Object.keys(measures);
/** The columns of `request_minutes` and `request_hours`. */
export const rollupNames: readonly string[] = ["project_id", "at", "series_id", ...sumNames, ...measureNames];
const allNames = rollupNames.join(", ");

/** The minute, hour or day (UTC) that a time lies in, whatever time zone the session has. */
export const binned = (width: "1 minute" | "1 hour" | "1 day", time: string) =>
  `date_bin('${width}', ${time}, 'epoch'::timestamptz)`;

/** histogram.rule.ts' bucketOf in SQL. */
const bucket = `case when ms * 1000 < 0.5 then 0
  else least(${lastBucket}, 1 + greatest(0, ceil(${bucketsPerE} * ln(ms * 1000)))) end::bigint`;

/**
 * Common table expressions that fold the calls of `source` (columns of `requests`) by minute and series: `folded` has the
 * columns of `request_minutes`, `series` those of `request_series`. Both the flush and whoever asks raw calls the same
 * question fold through this, so they agree by construction.
 */
export function fold(source: SQL): SQL {
  return sql`tagged as materialized (
      select *, ${sql.raw(seriesDigest)} as series_id from (
        select *, ${sql.raw(binned("1 minute", "received_at"))} as at, case when status = ${sql.raw(String(callerLeft))} then 'left'
          when status >= 500 then 'failed' when status >= 400 then 'refused' else 'answered' end as outcome
        from (${source}) call
      ) call
    ), series as (
      select distinct on (series_id) series_id as id, ${sql.raw(dimensions.join(", "))} from tagged order by series_id
    ), summed as (
      select project_id, at, series_id, ${sql.raw(sumNames.map((name) => `${sumOf(name)} as ${name}`).join(", "))}
      from tagged group by project_id, at, series_id
    ), spread as (
      select project_id, at, series_id, ${sql.raw(
        measureNames
          .map((name) => `array_agg((bucket << 32) + n order by bucket) filter (where measure = '${name}') as ${name}`)
          .join(", "),
      )}
      from (
        select project_id, at, series_id, measure, ${sql.raw(bucket)} as bucket, count(*) as n
        from tagged cross join lateral (values ${sql.raw(
          Object.entries(measures)
            .map(([name, column]) => `('${name}', ${column})`)
            .join(", "),
        )}) as measured(measure, ms)
        where ms is not null group by 1, 2, 3, 4, 5
      ) buckets group by project_id, at, series_id
    ), folded as (
      select ${sql.raw(allNames)} from summed left join spread using (project_id, at, series_id)
    )`;
}

function sumOf(name: string): string {
  return sums[name as keyof typeof sums]; // safe because it is a key of them
}

/** 16 bytes of a SHA-256 over every dimension, so that a statement need not look the id up. */
const seriesDigest = `encode(substring(sha256(convert_to(jsonb_build_array(${dimensions.join(", ")})::text, 'UTF8')) for 16), 'hex')::uuid`;

/**
 * Common table expressions, after `fold`'s, that add what was folded to the minutes, name new series and mark the hours as
 * stale. Rows are taken in the order of their keys, so that two gateways' flushes do not wait for each other crosswise.
 */
export const addFolded: SQL = sql`named as (
    insert into request_series (id, ${sql.raw(dimensions.join(", "))}) select id, ${sql.raw(dimensions.join(", "))} from series
    on conflict (id) do nothing
  ), marked as (
    insert into request_stale_hours (project_id, at)
    select distinct project_id, ${sql.raw(binned("1 hour", "at"))} from folded order by 1, 2 on conflict do nothing
  ), added as (
    insert into request_minutes as had (${sql.raw(allNames)})
    select ${sql.raw(allNames)} from folded order by project_id, at, series_id
    on conflict (project_id, at, series_id) do update set ${sql.raw(
      [
        ...sumNames.map((name) => `${name} = had.${name} + excluded.${name}`),
        ...measureNames.map((name) => `${name} = histogram_add(had.${name}, excluded.${name})`),
      ].join(", "),
    )}
  )`;

const slotMinutes = 5;
const slots = `array[${Array.from({ length: 60 / slotMinutes }, (_, slot) => {
  const from = slot * slotMinutes;
  return `coalesce(sum(calls) filter (where at >= hour + interval '${from} min' and at < hour + interval '${from + slotMinutes} min'), 0)::int`;
}).join(", ")}]`;

const summedUp = sql.raw(
  [...sumNames.map((name) => `sum(${name})`), ...measureNames.map((name) => `histogram_sum(${name})`)].join(", "),
);

/** An hour of a project made from its minutes, `hour` in UTC, or a day from its hours. Run it after its rows were deleted. */
export function hourFromMinutes(projectId: string, hour: Date): SQL {
  return sql`insert into request_hours (${sql.raw(allNames)}, slots)
    select project_id, hour, series_id, ${summedUp}, ${sql.raw(slots)}
    from request_minutes, (select ${hour.toISOString()}::timestamptz as hour) as this
    where project_id = ${projectId} and at >= hour and at < hour + interval '1 hour' group by project_id, series_id, hour`;
}

export function dayFromHours(projectId: string, day: Date): SQL {
  return sql`insert into request_days (${sql.raw(allNames)})
    select project_id, day, series_id, ${summedUp} from request_hours, (select ${day.toISOString()}::timestamptz as day) as this
    where project_id = ${projectId} and at >= day and at < day + interval '24 hours' group by project_id, series_id, day`;
}
