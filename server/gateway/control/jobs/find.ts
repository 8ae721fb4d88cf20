import { and, desc, eq, isNull, lt, notInArray, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { asKind, idBody } from "#db/ids.ts";
import { datasetVersions } from "#db/schema/datasets.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { projects } from "#db/schema/people.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { toOpenAi } from "#server/gateway/control/jobs/hyper-parameters.rule.ts";
import type { PageQuery } from "#server/gateway/control/jobs/input.ts";
import { eventObject, type JobRow, jobObject, seqOf, silentEvents } from "#server/gateway/control/jobs/shape.rule.ts";
import type { RunMetadata } from "#server/runs/input.ts";
import type { Known } from "#server/runs/methods/field.ts";
import { suggestFor } from "#server/runs/methods/method.ts";
import { chosenIn } from "#server/runs/methods/spec.ts";
import { findMethod } from "#server/runs/methods/table.ts";

/** One job by its `ftjob-…` id, in OpenAI's shape. Throws NOT_FOUND. */
export async function findJob(ctx: Ctx, jobId: string) {
  const [row] = await readJobs(ctx, eq(runs.id, runIdOf(jobId)), 1);
  if (!row) throw new DomainError("NOT_FOUND", `there is no fine-tuning job ${jobId}`, { field: "fine_tuning_job_id" });
  return jobObject(row, await databaseNow(ctx));
}

/**
 * Every run of the project is a job, newest first → `{items, hasMore}`; with `metadata` those that have all its pairs,
 * with null those that have none. Throws NOT_FOUND for an unknown `after`.
 */
export async function listJobs(ctx: Ctx, { after, limit }: PageQuery, metadata?: RunMetadata | null) {
  if (after !== undefined && (await readJobs(ctx, eq(runs.id, runIdOf(after)), 1)).length === 0)
    throw new DomainError("NOT_FOUND", `there is no fine-tuning job ${after} to go on after`, { field: "after" });
  // reads the project's runs backwards until the page is full, at worst all of them
  const which = and(
    after === undefined ? undefined : lt(runs.id, runIdOf(after)),
    metadata ? sql`${runs.metadata} @> ${JSON.stringify(metadata)}::jsonb` : undefined,
    metadata === null ? sql`coalesce(${runs.metadata}, '{}') = '{}'` : undefined,
  );
  const rows = await readJobs(ctx, which, limit + 1);
  const now = await databaseNow(ctx);
  return { items: rows.slice(0, limit).map((row) => jobObject(row, now)), hasMore: rows.length > limit };
}

/** A job's events, newest first → `{items, hasMore}`. Throws NOT_FOUND, also for an `after` that is none of them. */
export async function listJobEvents(ctx: Ctx, jobId: string, { after, limit }: PageQuery) {
  const job = await findJob(ctx, jobId);
  const before = after === undefined ? null : await seqAfter(ctx, job.id, after);
  const rows = await ctx.db
    .select({ seq: runEvents.seq, type: runEvents.type, at: runEvents.at, body: runEvents.body })
    .from(runEvents)
    .where(
      and(
        eq(runEvents.runId, runIdOf(jobId)),
        eq(runEvents.projectId, ctx.projectId),
        notInArray(runEvents.type, silentEvents), // an empty page would end a client's paging
        before === null ? undefined : lt(runEvents.seq, before),
      ),
    )
    .orderBy(desc(runEvents.seq))
    .limit(limit + 1);
  const items = rows.slice(0, limit).flatMap((row) => eventObject(row, job.id) ?? []);
  return { items, hasMore: rows.length > limit };
}

/** The place of one of the job's own events. Throws NOT_FOUND. */
async function seqAfter(ctx: Ctx, jobId: string, eventId: string): Promise<number> {
  const seq = seqOf(eventId, jobId);
  const its = and(eq(runEvents.runId, runIdOf(jobId)), eq(runEvents.projectId, ctx.projectId));
  const [found] =
    seq === null
      ? []
      : await ctx.db
          .select({ seq: runEvents.seq })
          .from(runEvents)
          .where(and(its, eq(runEvents.seq, seq)));
  if (found) return found.seq;
  throw new DomainError("NOT_FOUND", `${jobId} has no event ${eventId} to go on after`, { field: "after" });
}

/** A job is a run under OpenAI's prefix. */
export function runIdOf(jobId: string): string {
  return asKind(jobId, "run");
}

const base = alias(modelVersions, "base_version");
const made = alias(modelVersions, "made_version");

/** The file that became this version, else one with the same bytes: of a file that was split anew. */
function fileOf(versionId: SQL) {
  return sql<string | null>`(select f.id from files f join dataset_versions v on v.id = ${versionId}
    where f.project_id = ${runs.projectId} and f.purpose = 'fine-tune'
      and (f.dataset_version_id = v.id or exists (select from dataset_versions w where w.id = f.dataset_version_id
        and w.source_blob = v.source_blob))
    order by (f.dataset_version_id = v.id) desc nulls last, f.id desc limit 1)`;
}

async function readJobs(ctx: Ctx, which: SQL | undefined, limit: number): Promise<JobRow[]> {
  const rows = await ctx.db
    .select({
      run: runs,
      base: models.name,
      parameters: base.parameters,
      contextLength: base.contextLength,
      trainRows: datasetVersions.trainRows,
      validationRows: datasetVersions.validationRows,
      projectSlug: projects.slug,
      fineTunedName: made.fineTunedName,
      fileId: fileOf(sql`${runs.datasetVersionId}`),
      validationFileId: fileOf(sql`${runs.validationVersionId}`),
      resultFileId: sql<string | null>`(select f.id from files f where f.id = ${runs.resultFileId}
        and f.project_id = ${runs.projectId} and f.deleted_at is null)`,
    })
    .from(runs)
    .innerJoin(projects, eq(projects.id, runs.projectId))
    .innerJoin(base, eq(base.id, runs.baseVersionId))
    .innerJoin(models, eq(models.id, base.modelId))
    .innerJoin(datasetVersions, eq(datasetVersions.id, runs.datasetVersionId))
    .leftJoin(made, eq(made.runId, runs.id))
    .where(and(eq(runs.projectId, ctx.projectId), isNull(runs.deletedAt), which))
    .orderBy(desc(runs.id))
    .limit(limit);
  return rows.map(({ run, parameters, contextLength, trainRows, validationRows, ...names }) => {
    const known = { parameters, contextLength, trainRows: trainRows ?? 0, validationRows: validationRows ?? 0 };
    return {
      ...names,
      runId: run.id,
      jobId: `ftjob-${idBody(run.id)}`,
      status: run.status,
      seed: run.seed,
      error: run.error,
      trainedTokens: run.trainedTokens,
      etaSeconds: run.etaSeconds,
      createdAt: run.createdAt,
      finishedAt: run.finishedAt,
      metadata: run.metadata,
      method: methodOf(run, known),
    };
  });
}

/** The run's method and settings in OpenAI's names; null when OpenAI has none for it, or we do not know it. */
function methodOf(run: typeof runs.$inferSelect, known: Known) {
  const method = findMethod(run.method);
  const chosen = method && chosenIn(method, { ...run.config, seed: run.seed });
  if (!chosen || method.openaiType === null) return null;
  return { type: method.openaiType, hyperparameters: toOpenAi(method, chosen, suggestFor(method, known)) };
}

async function databaseNow(ctx: Ctx): Promise<Date> {
  const [clock] = await ctx.db.execute<{ now: string }>(sql`select now()::text as now`);
  return new Date(clock?.now ?? 0);
}
