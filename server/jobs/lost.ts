import { and, eq, exists, isNotNull, isNull, notExists, type SQL, sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { artifacts, models, modelVersions } from "#db/schema/models.ts";
import { projects } from "#db/schema/people.ts";
import { runs } from "#db/schema/runs.ts";
import { findAbandoned, findByTurns, type LeasedTable, type Work, waitedSince } from "#server/jobs/lease.ts";

/** A registration takes seconds and is enqueued again every ten: one that has not come by then fails each time. */
const dueForMinutes = 15;
/** An eval that a run asked for and that could not be started for so long is not wanted any more. */
const evalDueForHours = 24;

type Named<K extends string> = { projectId: string } & Record<K, string>;

/** The payloads, each with its row's id as `key`, of the work that nobody does. */
export function abandoned<T extends LeasedTable, K extends string>(work: Work<T>, key: K) {
  return async (db: Db): Promise<Named<K>[]> => naming(key, await findAbandoned(db, work));
}

/** Runs that succeeded and became no model version, but could. */
export async function lostRegistrations(db: Db) {
  const where = every(waitedSince(runs.finishedAt), canBeRegistered(db));
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

/** Runs whose version is registered and whose eval was neither started nor refused. */
export async function lostEvalsOfRuns(db: Db) {
  const where = every(waitedSince(runs.finishedAt), awaitsEval({ db }));
  const rows = { table: runs, projectId: runs.projectId, since: runs.finishedAt, where };
  return naming("runId", await findByTurns(db, rows));
}

/** Of rows of `runs`: a success whose registration as a model version is due or under way; a deletion waits for it. */
export function awaitsRegistration({ db }: { db: Db }) {
  const recent = sql`${runs.finishedAt} > now() - interval '1 minute' * ${dueForMinutes}`;
  return and(canBeRegistered(db), recent);
}

/**
 * Of rows of `runs`: a recent success that names a suite on which its version was not evaluated yet. Reads the audit rows
 * since it ended, a day of one project's, for each such run.
 */
export function awaitsEval({ db }: { db: Db }) {
  const asked = sql`exists (select from audit_log told where told.project_id = ${runs.projectId}
    and told.created_at >= ${runs.finishedAt} and told.action = 'evals.start'
    and told.detail ->> 'suiteId' = ${runs.suiteId}
    and (told.target_id = ${modelVersions.id} or told.detail ->> 'candidate' = ${modelVersions.id}))`;
  const made = db
    .select({ one: sql`1` })
    .from(modelVersions)
    .where(and(eq(modelVersions.runId, runs.id), isNull(modelVersions.deletedAt), sql`not ${asked}`));
  const recent = sql`${runs.finishedAt} > now() - interval '1 hour' * ${evalDueForHours}`;
  return and(isNotNull(runs.suiteId), eq(runs.status, "succeeded"), isNull(runs.deletedAt), recent, exists(made));
}

/** Of rows of `runs`: a success that can still become a model version: both artifacts are there and a name is free. */
function canBeRegistered(db: Db) {
  const one = { one: sql`1` };
  const made = db.select(one).from(modelVersions).where(eq(modelVersions.runId, runs.id));
  const ofRun = and(eq(artifacts.runId, runs.id), eq(artifacts.projectId, runs.projectId));
  const left = (kind: "adapter_weights" | "adapter_gguf") =>
    exists(
      db
        .select(one)
        .from(artifacts)
        .where(and(ofRun, eq(artifacts.kind, kind))),
    );
  const baseOfThatName = and(
    eq(models.kind, "base"),
    isNull(models.deletedAt),
    sql`${models.name} in (${runs.modelName}, ${runs.modelName} || '-tuned')`,
  );
  const taken = db
    .select({ count: sql`count(*)` })
    .from(models)
    .where(and(eq(models.projectId, runs.projectId), baseOfThatName));
  return and(
    eq(runs.status, "succeeded"),
    notExists(made),
    left("adapter_weights"),
    left("adapter_gguf"),
    sql`(${taken}) < 2`,
  );
}

function naming<K extends string>(key: K, rows: readonly { projectId: string; id: string }[]) {
  return rows.map(({ projectId, id }) => ({ projectId, [key]: id }) as Named<K>); // safe because `key` is the one added
}

function every(...conditions: (SQL | undefined)[]): SQL {
  return sql`(${and(...conditions)})`;
}
