import { sql } from "drizzle-orm";
import type { Pool } from "#db/client.ts";
import { idMint, newId } from "#db/ids.ts";
import { makeRequestWeeks } from "#db/request-weeks.ts";
import { addFolded, fold } from "#server/requests/rollups/fold.ts";
import { rollUpRequests } from "#server/requests/rollups/roll-up.ts";

const rowsAtOnce = 50_000;
const days = 30;

/**
 * A month of calls of one project, made by generate_series in the flush's own statement: each chunk is inserted into the real,
 * partitioned table and what was inserted is folded into the minutes by the same SQL as spooled lines are; the job then makes
 * the hours. Two deployments of two revisions and five callers: forty series of answered calls, and some that fail. Three calls
 * in four come in working hours.
 */
export async function fillLog(db: Pool, projectId: string, deployments: readonly string[], rows: number) {
  const revisions = deployments.map(() => [newId("revision"), newId("revision")]);
  const versions = [newId("modelVersion"), newId("modelVersion")];
  const began = Date.now() - days * 86_400_000;
  await addRows(db, projectId, { deployments, revisions, versions }, spread(began, 0, days * 4, days * 4));
  await makeRequestWeeks(db);
  for (let from = 0; from < rows; from += rowsAtOnce) {
    const many = Math.min(rowsAtOnce, rows - from);
    await addRows(db, projectId, { deployments, revisions, versions }, spread(began, from, many, rows));
    process.stderr.write(`\r${from + many} calls`);
  }
  process.stderr.write("\nrolling up\n");
  const jobs = { db, enqueue: () => {}, actor: "system:jobs" } as const;
  await rollUpRequests(jobs, {}, new AbortController().signal);
  await db.execute(sql`vacuum analyze`);
}

/** Times in order, three in four between 08:00 and 20:00 UTC. */
function spread(began: number, from: number, many: number, rows: number): Date[] {
  return Array.from({ length: many }, (_, i) => {
    const day = ((from + i) * days) / rows;
    const share = day % 1;
    const hour = share < 0.125 ? share * 64 : share < 0.875 ? 8 + (share - 0.125) * 16 : 20 + (share - 0.875) * 32;
    return new Date(Math.min(began + (Math.floor(day) * 24 + hour) * 3_600_000, Date.now()));
  });
}

type Names = { deployments: readonly string[]; revisions: string[][]; versions: string[] };

async function addRows(db: Pool, projectId: string, { deployments, revisions, versions }: Names, times: Date[]) {
  let now = 0;
  const mint = idMint(() => now);
  const ids = times.map((time) => {
    now = time.getTime();
    return mint("request");
  });
  const at = times.map((time) => time.toISOString());
  const pair = (names: readonly string[]) => sql`(${JSON.stringify(names)}::text::jsonb)`;
  /** normal by Box and Muller, then lognormal: what latencies look like */
  const lognormal = (medianMs: number, sigma: number) =>
    sql.raw(
      `round((${medianMs} * exp(${sigma} * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())))::numeric, 3)::float8`,
    );
  await db.execute(sql`
    with drawn as materialized (
      select id, at::timestamptz as received_at, n, (random() * random() * 2)::int as d, (random() < 0.3)::int as r,
        random() < 0.7 as stream, random() as luck, ${lognormal(180, 0.7)} as ttft, ${lognormal(900, 0.8)} as rest,
        ${lognormal(22, 0.3)} as itl, ${lognormal(4, 1.2)} as queue, (20 + random() * 900)::int as prompt, (5 + random() * 300)::int as completion
      from rows from (json_array_elements_text(${JSON.stringify(ids)}::text::json), json_array_elements_text(${JSON.stringify(at)}::text::json)) with ordinality as t(id, at, n)
    ), stored as (
      insert into requests (id, project_id, actor, endpoint, model, deployment_id, revision_id, model_version_id, stream, status,
        error_code, finish_reason, attempts, prompt_tokens, completion_tokens, ttft_ms, itl_p50_ms, itl_p95_ms, queue_ms, total_ms,
        cost_usd_nanos, received_at)
      select id, ${projectId}, 'key:key_' || n % 5, '/v1/chat/completions', 'service-' || least(d, 1),
        ${pair(deployments)} ->> least(d, 1), ${pair(revisions.flat())} ->> (2 * least(d, 1) + r), ${pair(versions)} ->> r,
        stream, case when luck < 0.01 then 503 when luck < 0.03 then 429 when luck < 0.04 then 499 else 200 end,
        case when luck < 0.01 then 'overloaded' when luck < 0.03 then 'rate_limit_exceeded' when luck < 0.04 then 'client_closed_request' end,
        case when luck >= 0.04 then 'stop' end, 1,
        case when luck >= 0.03 then prompt end, case when luck >= 0.03 then completion end,
        case when stream and luck >= 0.03 then ttft end, case when stream and luck >= 0.03 then itl end,
        case when stream and luck >= 0.03 then itl * 1.8 end, queue, ttft + rest,
        case when luck >= 0.03 then prompt * 150 + completion * 600 end, received_at
      from drawn on conflict (received_at, id) do nothing returning *
    ), ${fold(sql`select * from stored`)}, ${addFolded}
    select`);
}
