import { and, eq, exists, isNull, notExists, sql } from "drizzle-orm";
import { artifacts, models, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";

/** A registration takes seconds and is enqueued again every ten: one that has not come by then fails each time. */
const dueForMinutes = 15;

type Where = Pick<Ctx, "db">;

/** Of rows of `runs`: a success that can still become a model version, because both artifacts are there and a name is free. */
export function canBeRegistered({ db }: Where) {
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

/** Of rows of `runs`: a success whose registration is due or under way, for which a deletion waits. */
export function awaitsRegistration(ctx: Where) {
  const recent = sql`${runs.finishedAt} > now() - interval '1 minute' * ${dueForMinutes}`;
  return and(canBeRegistered(ctx), recent);
}
