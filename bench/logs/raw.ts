import { sql } from "drizzle-orm";
import type { Pool } from "#db/client.ts";

/** The pages' questions as they were asked of raw rows before there were rollups: the same columns over the same window. */
const began = (minutes: number) =>
  sql`received_at >= date_bin('1 minute', now() - make_interval(mins => ${minutes}::int), 'epoch'::timestamptz)`;
const bucket = (minutes: number) =>
  sql.raw(`date_bin(make_interval(mins => ${minutes}), received_at, 'epoch'::timestamptz)`);

export type RawTotals = {
  requests: number;
  answered: number;
  failed: number;
  left: number;
  promptTokens: number;
  completionTokens: number;
  priced: number;
  costUsdNanos: string | null;
  ttftP50Ms: number;
  ttftP95Ms: number;
  totalP50Ms: number;
  totalP95Ms: number;
  totalP99Ms: number;
};

export async function rawSummary(
  db: Pool,
  projectId: string,
  minutes: number,
  bucketMinutes: number,
): Promise<RawTotals> {
  const where = sql`project_id = ${projectId} and ${began(minutes)}`;
  const total = (share: number) =>
    sql.raw(`percentile_cont(${share}) within group (order by total_ms) filter (where status < 400)`);
  const [[totals]] = await Promise.all([
    db.execute<RawTotals>(sql`select count(*)::float8 as requests, (count(*) filter (where status < 400))::float8 as answered,
      (count(*) filter (where status >= 500))::float8 as failed, (count(*) filter (where status = 499))::float8 as "left",
      sum(prompt_tokens)::float8 as "promptTokens", sum(completion_tokens)::float8 as "completionTokens",
      count(cost_usd_nanos)::float8 as priced, sum(cost_usd_nanos)::text as "costUsdNanos",
      percentile_cont(0.5) within group (order by ttft_ms) as "ttftP50Ms", percentile_cont(0.95) within group (order by ttft_ms) as "ttftP95Ms",
      ${total(0.5)} as "totalP50Ms", ${total(0.95)} as "totalP95Ms", ${total(0.99)} as "totalP99Ms"
      from requests where ${where}`),
    db.execute(sql`select ${bucket(bucketMinutes)}, count(*) filter (where status < 400), count(*) filter (where status >= 500), count(*)
      from requests where ${where} group by 1 order by 1`),
  ]);
  if (!totals) throw new Error("an aggregate without a row");
  await db.execute(sql`select width_bucket(total_ms, 0, ${totals.totalP99Ms}::float8, 24), count(*) from requests
    where ${where} and status < 400 group by 1`);
  return totals;
}

export function rawHome(db: Pool, projectId: string) {
  const where = sql`project_id = ${projectId} and ${began(1_440)}`;
  return Promise.all([
    db.execute(sql`select count(*), count(*) filter (where status >= 500), count(*) filter (where status between 400 and 499),
      percentile_cont(0.95) within group (order by ttft_ms) filter (where ttft_ms is not null), count(ttft_ms), sum(prompt_tokens),
      sum(completion_tokens), sum(cost_usd_nanos), count(cost_usd_nanos) from requests where ${where}`),
    db.execute(sql`select ${bucket(15)}, revision_id, count(*) from requests where ${where} group by 1, 2 order by 1`),
  ]);
}

export function rawTraffic(db: Pool, projectId: string, deploymentId: string, minutes: number, bucketMinutes: number) {
  const where = sql`project_id = ${projectId} and deployment_id = ${deploymentId} and ${began(minutes)}`;
  const ttft = (share: number) =>
    sql.raw(`percentile_cont(${share}) within group (order by ttft_ms) filter (where ttft_ms is not null)`);
  return Promise.all([
    db.execute(sql`select revision_id, count(*), count(*) filter (where status >= 500), count(*) filter (where status between 400 and 499),
      count(ttft_ms), ${ttft(0.5)}, ${ttft(0.95)}, count(*) filter (where status < 400 and completion_tokens > 0),
      sum(completion_tokens) filter (where status < 400), sum(total_ms) filter (where status < 400)
      from requests where ${where} group by 1`),
    db.execute(
      sql`select ${bucket(bucketMinutes)}, revision_id, count(*) from requests where ${where} group by 1, 2 order by 1`,
    ),
  ]);
}

export function rawChoices(db: Pool, projectId: string) {
  return Promise.all(
    ["model", "actor", "revision_id"].map((column) =>
      db.execute(sql`select ${sql.raw(column)}, count(*) from requests where project_id = ${projectId} and ${began(43_200)}
        and ${sql.raw(column)} <> '' group by 1 order by 2 desc limit 50`),
    ),
  );
}
