import { and, eq, isNull, notInArray, sql } from "drizzle-orm";
import { finalRunStatuses } from "#db/enums.ts";
import { auditLog } from "#db/schema/audit.ts";
import { evals, evalTargets, scores, suites } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { type Deletion, formatCount, formatSome, lines, mostNamed, someOf, verb } from "#server/deletion.rule.ts";
import type { Action } from "#server/signals/actions.ts";

const total = sql<number>`count(*) over ()::int`;

type Where = Pick<Ctx, "db" | "projectId">;

/** What deleting an eval would do. */
export async function evalDeletion(ctx: Where, row: typeof evals.$inferSelect): Promise<Deletion> {
  const [[suite], answers, promoted] = await Promise.all([
    ctx.db.select({ name: suites.name }).from(suites).where(eq(suites.id, row.suiteId)),
    ctx.db.$count(scores, eq(scores.evalId, row.id)),
    promotedBy(ctx, row.id),
  ]);
  const moving = row.status === "queued" || row.status === "running";
  return {
    id: row.id,
    name: `${suite?.name ?? "eval"} ${row.id.slice(-6)}`,
    dear: false,
    blockers: lines(moving && `it is ${row.status}: cancel it first`),
    effects: lines(
      `${formatCount(answers, "answer")} with the scores; the promotion gate no longer sees the eval`,
      promoted.count > 0 &&
        `${formatSome(promoted, "promotion")} ${verb(promoted, "rests", "rest")} on it; the numbers stay in the audit log`,
    ),
    bytes: 0,
  };
}

/** What deleting a suite would do. Its evals stay, with the suite's name. */
export async function suiteDeletion(ctx: Where, suite: typeof suites.$inferSelect): Promise<Deletion> {
  const [ended, active, waiting] = await Promise.all([
    evalsOn(ctx, suite.id, false),
    evalsOn(ctx, suite.id, true),
    runsThatWant(ctx, suite.id),
  ]);
  return {
    id: suite.id,
    name: suite.name,
    dear: ended.count > 0,
    blockers: lines(
      active.count > 0 &&
        `${formatSome(active, "eval")} on it ${verb(active, "is under way: cancel it", "are under way: cancel them")} first`,
    ),
    effects: lines(
      `Its ${formatCount(suite.cases, "case")} can no longer be evaluated; the rows stay in their dataset`,
      ended.count > 0 &&
        `${formatSome(ended, "eval")} on it ${verb(ended, "keeps its", "keep their")} answers and results`,
      waiting.count > 0 &&
        `${formatSome(waiting, "run")} under way ${verb(waiting, "ends", "end")} without the eval that ${verb(waiting, "it", "they")} asked for`,
      `The name ${suite.name} is free again`,
    ),
    bytes: 0,
  };
}

async function promotedBy({ db, projectId }: Where, evalId: string) {
  const rows = await db
    .select({ name: sql<string>`coalesce(${auditLog.detail} ->> 'model', right(${auditLog.targetId}, 6))`, total })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.projectId, projectId),
        eq(auditLog.action, "promotions.promote" satisfies Action),
        eq(auditLog.outcome, "done"),
        sql`${auditLog.detail} ->> 'evalId' = ${evalId}`,
      ),
    )
    .limit(mostNamed);
  return someOf(rows);
}

async function evalsOn({ db, projectId }: Where, suiteId: string, active: boolean) {
  const moving = sql`${evals.status} in ('queued', 'running')`;
  const rows = await db
    .select({
      name: sql<string>`${models.name} || '/' || ${modelVersions.version} || ' ' || right(${evals.id}, 6)`,
      total,
    })
    .from(evals)
    .innerJoin(evalTargets, and(eq(evalTargets.evalId, evals.id), eq(evalTargets.position, 0)))
    .innerJoin(modelVersions, eq(modelVersions.id, evalTargets.modelVersionId))
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(eq(evals.projectId, projectId), eq(evals.suiteId, suiteId), active ? moving : sql`not ${moving}`))
    .limit(mostNamed);
  return someOf(rows);
}

/** Runs that would start an eval on it once they have succeeded. */
async function runsThatWant({ db, projectId }: Where, suiteId: string) {
  const going = notInArray(runs.status, finalRunStatuses);
  const rows = await db
    .select({ name: runs.name, total })
    .from(runs)
    .where(and(eq(runs.projectId, projectId), eq(runs.suiteId, suiteId), isNull(runs.deletedAt), going))
    .limit(mostNamed);
  return someOf(rows);
}
