import { type SQL, sql } from "drizzle-orm";
import type { Pool } from "#db/client.ts";
import { type IdKind, newId } from "#db/ids.ts";
import { rollUpRequests } from "#server/requests/rollups/roll-up.ts";

/** A team's scale: what every list, picker and search of the console must stay quick and exact with. */
export const teamScale = {
  datasets: 3_000,
  runs: 3_000,
  versions: 600,
  models: 120,
  prices: 12_000,
  suites: 3_000,
  keys: 900,
  audit: 300_000,
  requests: 300_000,
  points: 100_000,
};
export type TeamScale = typeof teamScale;

const rowsAtOnce = 50_000;

/**
 * Fill a project in a few seconds, everything made by SQL in the order of its ids: one base, which stays the oldest
 * model version of all, datasets of which a few were refused, runs of every status, models with champions, suites,
 * evals, deployments, a month of requests, and one run (the newest) with a point for each of its steps.
 */
export async function seedTeam(db: Pool, projectId: string, scale: TeamScale = teamScale) {
  const by = "system:seed";
  const ids = (kind: IdKind, count: number) =>
    sql`${`{${Array.from({ length: count }, () => newId(kind)).join(",")}}`}::text[]`;
  const blob = "0".repeat(64);
  await db.execute(sql`insert into blobs (sha256, bytes) values (${blob}, 1000) on conflict do nothing`);
  const [base] = await db.execute<{ id: string }>(sql`
    select v.id from model_versions v join models m on m.id = v.model_id
    where v.project_id = ${projectId} and m.kind = 'base' and v.status = 'ready' limit 1`);
  const baseId = base?.id ?? newId("modelVersion");
  if (!base) {
    const model = newId("model");
    await db.execute(sql`insert into models (id, project_id, name, kind, created_by, created_at)
      values (${model}, ${projectId}, 'nano', 'base', ${by}, now() - interval '90 days')`);
    await db.execute(sql`insert into model_versions (id, project_id, model_id, version, status, parameters, created_by, created_at)
      values (${baseId}, ${projectId}, ${model}, 1, 'ready', 1000000, ${by}, now() - interval '90 days')`);
  }

  await db.execute(sql`with made as (
    insert into datasets (id, project_id, name, created_by, created_at)
    select id, ${projectId}, (array['tickets','hotel','faq','summaries','invoices','returns'])[1 + n % 6] || ' ' || n,
      ${by}, now() - interval '60 days' + n * interval '20 minutes'
    from unnest(${ids("dataset", scale.datasets)}) with ordinality as t(id, n) returning id, name, created_at)
    insert into dataset_versions (id, project_id, dataset_id, version, status, filename, source_blob, source_bytes,
      shape, source_shape, rows_read, train_rows, validation_rows, bad_rows, problem_count, created_by, created_at, ready_at)
    select v.id, ${projectId}, m.id, 1, case when n % 50 = 0 then 'refused' else 'ready' end, m.name || '.jsonl', ${blob}, 1000 * n,
      'messages', 'messages', n * 7 % 9973, n * 6 % 8000, n % 900, n % 3, n % 5, ${by}, m.created_at, m.created_at
    from (select *, row_number() over (order by id) as n from made) m
    join unnest(${ids("datasetVersion", scale.datasets)}) with ordinality as v(id, at) on v.at = m.n`);

  await db.execute(sql`insert into runs (id, project_id, name, model_name, method, status, base_version_id, dataset_version_id,
      config, seed, step, total_steps, loss, tokens_per_second, created_by, created_at, queued_at, started_at, finished_at)
    select r.id, ${projectId}, d.name || '-sft-' || r.n, replace(d.name, ' ', '-'), 'sft',
      (array['succeeded','succeeded','succeeded','failed','cancelled'])[1 + r.n % 5], ${baseId}, d.version_id,
      '{}', 1, 100, 100, 3.0 / (1 + r.n % 97), 900 + r.n % 400, ${by}, t.at, t.at, t.at + interval '1 minute', t.at + (2 + r.n % 50) * interval '1 minute'
    from unnest(${ids("run", scale.runs)}) with ordinality as r(id, n)
    join (select d.name, v.id as version_id, row_number() over (order by d.id) as n from datasets d
      join dataset_versions v on v.dataset_id = d.id where d.project_id = ${projectId} and d.created_by = ${by}) d
      on d.n = 1 + r.n % ${scale.datasets}
    cross join lateral (select now() - interval '50 days' + r.n * interval '20 minutes' as at) t`);

  await db.execute(sql`insert into models (id, project_id, name, kind, created_by, created_at)
    select id, ${projectId}, (array['triage','hotel','router','writer'])[1 + n % 4] || '-' || n, 'tuned', ${by},
      now() - interval '40 days' + n * interval '10 minutes'
    from unnest(${ids("model", scale.models)}) with ordinality as t(id, n)`);
  await db.execute(sql`with model as (select id, row_number() over (order by id) - 1 as n from models
      where project_id = ${projectId} and created_by = ${by} and kind = 'tuned'),
    made as (insert into model_versions (id, project_id, model_id, version, status, base_version_id, parameters, created_by, created_at)
      select v.id, ${projectId}, m.id, 1 + (v.n - 1) / ${scale.models}, 'ready', ${baseId}, 1000000, ${by},
        now() - interval '40 days' + v.n * interval '90 minutes'
      from unnest(${ids("modelVersion", scale.versions)}) with ordinality as v(id, n)
      join model m on m.n = (v.n - 1) % ${scale.models} returning id, model_id, version)
    insert into aliases (project_id, model_id, alias, model_version_id, moved_by)
    select ${projectId}, model_id, 'champion', id, ${by} from made where version = 1`);

  await db.execute(sql`insert into prices (id, project_id, model_id, input_usd_nanos_per_million_tokens,
      output_usd_nanos_per_million_tokens, effective_from, created_by)
    select p.id, ${projectId}, m.id, 1000000 * (1 + p.n % 97), 3000000 * (1 + p.n % 89), now() - interval '40 days' + p.n * interval '4 minutes', ${by}
    from unnest(${ids("price", scale.prices)}) with ordinality as p(id, n)
    join (select id, row_number() over (order by id) as n from models where project_id = ${projectId} and created_by = ${by} and kind = 'tuned') m
      on m.n = 1 + p.n % ${scale.models}::int`);

  await db.execute(sql`insert into suites (id, project_id, name, dataset_version_id, split, graders, max_cases, max_tokens, cases, created_by, created_at)
    select t.id, ${projectId}, 'suite ' || t.n, d.id, 'validation', '[{"name":"exact","kind":"exact_match"}]', 100, 64, 50 + t.n, ${by},
      now() - interval '30 days' + t.n * interval '1 hour'
    from unnest(${ids("suite", scale.suites)}) with ordinality as t(id, n)
    join (select id, row_number() over (order by id) as n from dataset_versions where project_id = ${projectId} and created_by = ${by}) d on d.n = t.n`);
  await db.execute(sql`with made as (
      insert into evals (id, project_id, suite_id, status, cases_done, cases_total, created_by, created_at)
      select e.id, ${projectId}, s.id, 'succeeded', 100, 100, ${by}, now() - interval '20 days' + e.n * interval '40 minutes'
      from unnest(${ids("eval", scale.versions)}) with ordinality as e(id, n)
      join (select id, row_number() over (order by id) as n from suites where project_id = ${projectId} and created_by = ${by}) s
        on s.n = 1 + e.n % ${scale.suites}
      returning id)
    insert into eval_targets (eval_id, position, project_id, model_version_id, is_baseline)
    select e.id, side.position, ${projectId}, case when side.position = 1 then ${baseId} else v.id end, side.position = 1
    from (select id, row_number() over (order by id) as n from made) e
    cross join (values (0), (1)) as side(position)
    join (select id, row_number() over (order by id) as n from model_versions where project_id = ${projectId} and created_by = ${by}
      and base_version_id is not null) v on v.n = e.n`);

  const deployments = 60;
  await db.execute(sql`with made as (insert into deployments (id, project_id, name, created_by, created_at)
      select id, ${projectId}, 'service-' || n, ${by}, now() - interval '30 days' + n * interval '1 hour'
      from unnest(${ids("deployment", deployments)}) with ordinality as t(id, n) returning id, name)
    insert into revisions (id, project_id, deployment_id, number, model_version_id, weight_bps)
    select r.id, ${projectId}, m.id, 1, v.id, 10000
    from (select *, row_number() over (order by id) as n from made) m
    join unnest(${ids("revision", deployments)}) with ordinality as r(id, n) on r.n = m.n
    join (select id, row_number() over (order by id desc) as n from model_versions where project_id = ${projectId} and created_by = ${by}) v on v.n = m.n`);

  await db.execute(sql`insert into api_keys (id, project_id, name, hmac, last4, scopes, created_by)
    select id, ${projectId}, 'ci-' || n, id, right(id, 4), '{inference}', ${by}
    from unnest(${ids("key", scale.keys)}) with ordinality as t(id, n)`);
  /** Nine callers make nearly all calls, as many others as there are keys the hundredth part. */
  const keyAt = (n: SQL) =>
    sql`(case when ${n} % 100 = 0 then ${n} / 100 % ${scale.keys}::int else ${n} % least(9, ${scale.keys}::int) end)`;
  for (let from = 0; from < scale.audit; from += rowsAtOnce)
    await db.execute(sql`insert into audit_log (id, project_id, actor, action, target_id, created_at)
      select t.id, ${projectId}, 'key:' || k.id, 'runs.start', 'run_' || t.n, now() - interval '60 days' + (${from}::int + t.n) * interval '15 seconds'
      from unnest(${ids("audit", Math.min(rowsAtOnce, scale.audit - from))}) with ordinality as t(id, n)
      join (select id, row_number() over (order by id) as n from api_keys where project_id = ${projectId} and created_by = ${by}) k
        on k.n = 1 + t.n % ${scale.keys}::int`);

  for (let from = 0; from < scale.requests; from += rowsAtOnce) {
    const many = Math.min(rowsAtOnce, scale.requests - from);
    await db.execute(sql`insert into requests (id, project_id, actor, endpoint, model, deployment_id, revision_id, model_version_id,
        stream, status, error_code, attempts, prompt_tokens, completion_tokens, ttft_ms, total_ms, cost_usd_nanos, received_at)
      select q.id, ${projectId}, k.actor, 'chat.completions', case when q.n % 100 = 0 then 'retired-' || q.n % 7919 else d.name end, d.id, d.revision_id, d.version_id,
        q.n % 2 = 0, case when q.n % 70 = 0 then 503 when q.n % 31 = 0 then 429 else 200 end,
        case when q.n % 70 = 0 then 'no_host' when q.n % 31 = 0 then 'rate_limit_exceeded' end, 1,
        20 + q.n % 400, 10 + q.n % 90, case when q.n % 2 = 0 then 20 + q.n % 300 end, 80 + q.n % 2000, 1000 + q.n,
        now() - interval '30 days' + (${from}::int + q.n) * interval '30 days' / ${scale.requests}::int
      from unnest(${ids("request", many)}) with ordinality as q(id, n)
      join (select d.id, d.name, r.id as revision_id, r.model_version_id as version_id, row_number() over (order by d.id) as n
        from deployments d join revisions r on r.deployment_id = d.id
        where d.project_id = ${projectId} and d.created_by = ${by}) d on d.n = 1 + q.n % ${deployments}
      join (select 'key:' || id as actor, row_number() over (order by id) as n from api_keys
        where project_id = ${projectId} and created_by = ${by}) k on k.n = 1 + ${keyAt(sql`(${from}::int + q.n)`)}`);
  }

  // the hours of what was logged past the gateways' spools are made from the calls
  await db.execute(sql`insert into request_stale_hours (project_id, at, from_calls)
    select distinct project_id, date_bin('1 hour', received_at, 'epoch'::timestamptz), true from requests where project_id = ${projectId}
    on conflict (project_id, at) do update set from_calls = true`);
  const jobs = { db, enqueue: () => {}, actor: "system:jobs" } as const;
  await rollUpRequests(jobs, {}, new AbortController().signal);

  const [long] = await db.execute<{ id: string }>(sql`
    update runs set step = ${scale.points}, total_steps = ${scale.points}, last_seq = ${scale.points}, name = 'a long run'
    where id = (select max(id) from runs where project_id = ${projectId} and created_by = ${by}) returning id`);
  if (!long) throw new Error("no run was made");
  await db.execute(sql`insert into run_events (project_id, run_id, seq, type, at, body)
    select ${projectId}, ${long.id}, n, 'metric', now() - interval '1 day' + n * interval '1 second',
      jsonb_build_object('step', n, 'loss', 0.0002 + 3 * exp(-n / 9000.0) * (0.7 + 0.6 * random()), 'learningRate', 0.001 * (1 - n / (${scale.points}::float8 + 1)),
        'gradNorm', 1 + random(), 'tokensPerSecond', 900 + 100 * random(), 'trainedTokens', n * 512)
    from generate_series(1, ${scale.points}::int) n`);
  await db.execute(sql`analyze`);
  return { baseVersionId: baseId, longRunId: long.id };
}
