import { sql } from "drizzle-orm";
import type { JobCtx } from "#server/jobs/context.ts";
import { isLeaseDead, staleSeconds } from "#server/jobs/lease.ts";
import { canBeRegistered } from "#server/registration.ts";
import { heldStatuses } from "#server/runs/status.rule.ts";

/** A bell that nobody answered for so long is taken for lost. */
const lostBellSeconds = 10;

type Waiting = { projectId: string; id: string };
type Held = Waiting & { holder: string | null; silent: boolean; age: number };

/**
 * Ring again for every row that waits for a job nobody does: its bell was lost, or its worker died. Writes nothing:
 * each verb's own compare-and-set decides, on the database's clock, and fails what was tried too often.
 */
export async function sweep(ctx: JobCtx) {
  const waiting = await findWaiting(ctx);
  const once = { once: true };
  for (const { projectId, id } of waiting.datasets) ctx.enqueue("datasets.import", { projectId, versionId: id }, once);
  for (const { projectId } of waiting.samples) ctx.enqueue("models.importSample", { projectId }, once);
  for (const { projectId, id } of waiting.models) ctx.enqueue("models.import", { projectId, modelVersionId: id }, once);
  for (const { projectId, id } of waiting.trainings) ctx.enqueue("runs.train", { projectId, runId: id }, once);
  for (const { projectId, id } of waiting.conversions) ctx.enqueue("runs.convert", { projectId, runId: id }, once);
  for (const { projectId, id } of waiting.unregistered) ctx.enqueue("models.register", { projectId, runId: id }, once);
  for (const { projectId, id } of waiting.evals) ctx.enqueue("evals.run", { projectId, evalId: id }, once);
  return Object.fromEntries(Object.entries(waiting).map(([name, rows]) => [name, rows.length]));
}

async function findWaiting({ db }: JobCtx) {
  const lost = sql`interval '1 second' * ${lostBellSeconds}`;
  const silent = sql`coalesce(heartbeat_at, created_at) < now() - interval '1 second' * ${staleSeconds}`;
  const find = async (from: ReturnType<typeof sql>): Promise<Waiting[]> => [
    ...(await db.execute<Waiting>(sql`select project_id as "projectId", id from ${from} limit 1000`)),
  ];
  const held = async (from: ReturnType<typeof sql>, statuses: string[]) => {
    const rows = await db.execute<Held>(sql`select project_id as "projectId", id, lease_holder as holder,
      ${silent} as silent, extract(epoch from now() - created_at)::float as age
      from ${from} where status in ${statuses} limit 1000`);
    return [...rows].filter((row) => row.silent || !row.holder || isLeaseDead(row.holder));
  };
  const queued = await find(sql`runs where status = 'queued' and queued_at < now() - ${lost} order by queued_at`);
  return {
    datasets: await find(sql`dataset_versions where status = 'importing' and
      (${silent} or (heartbeat_at is null and created_at < now() - ${lost}))`),
    models: (await held(sql`model_versions`, ["importing"])).filter(
      ({ age, holder }) => holder !== null || age > lostBellSeconds,
    ),
    samples: await find(sql`(select id, id as project_id from projects where created_at < now() - ${lost}
      and archived_at is null and not exists (select from models m where m.project_id = projects.id)
      and not exists (select from audit_log a where a.project_id = projects.id and a.action = 'models.importSample'))
      as empty`),
    trainings: [...(await held(sql`runs`, [...heldStatuses])), ...queued],
    conversions: await held(sql`runs`, ["converting"]),
    unregistered: await find(sql`runs where finished_at < now() - ${lost} and ${canBeRegistered({ db })}`),
    evals: await find(sql`evals where (status = 'queued' and created_at < now() - ${lost})
      or (status = 'running' and ${silent})`),
  };
}
