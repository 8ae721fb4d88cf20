import { and, isNull, type SQL, sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { projects } from "#db/schema/people.ts";
import { runs } from "#db/schema/runs.ts";
import { findAbandoned, findByTurns, type LeasedTable, type Work, waitedSince } from "#server/jobs/lease.ts";
import { canBeRegistered } from "#server/registration.ts";

type Named<K extends string> = { projectId: string } & Record<K, string>;

/** The payloads, each with its row's id as `key`, of the work that nobody does. */
export function abandoned<T extends LeasedTable, K extends string>(work: Work<T>, key: K) {
  return async (db: Db): Promise<Named<K>[]> => naming(key, await findAbandoned(db, work));
}

/** Runs that succeeded and became no model version, but could. */
export async function lostRegistrations(db: Db) {
  const where = every(waitedSince(runs.finishedAt), canBeRegistered({ db }));
  const rows = { table: runs, projectId: runs.projectId, since: runs.finishedAt, where };
  return naming("runId", await findByTurns(db, rows));
}

/** Projects that have no model and never got the sample. */
export async function lostSamples(db: Db) {
  const none = sql`not exists (select from models m where m.project_id = ${projects.id})`;
  const never = sql`not exists (select from audit_log told
    where told.project_id = ${projects.id} and told.action = 'models.importSample')`;
  const where = every(waitedSince(projects.createdAt), isNull(projects.archivedAt), none, never);
  const found = await findByTurns(db, { table: projects, projectId: projects.id, since: projects.createdAt, where });
  return found.map(({ projectId }) => ({ projectId }));
}

function naming<K extends string>(key: K, rows: readonly { projectId: string; id: string }[]) {
  return rows.map(({ projectId, id }) => ({ projectId, [key]: id }) as Named<K>); // safe because `key` is the one added
}

function every(...conditions: (SQL | undefined)[]): SQL {
  return sql`(${and(...conditions)})`;
}
