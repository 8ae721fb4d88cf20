import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { newId, shortId } from "#db/ids.ts";
import { artifacts, models, modelVersions } from "#db/schema/models.ts";
import { projects } from "#db/schema/people.ts";
import { runs } from "#db/schema/runs.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

type Run = typeof runs.$inferSelect;

/**
 * The job at the end of a run: its artifacts become the next version of `run.modelName`, ready to be called; then the
 * eval that the run asked for is due. Idempotent by run: a second call changes nothing and answers the same row.
 * NOT_FOUND (reason `gone`) for a run that was deleted, CONFLICT for one that has not succeeded, UNAVAILABLE when its
 * artifacts are missing.
 */
export async function registerModelVersion(ctx: Ctx, { runId }: { runId: string }) {
  return transact(ctx, async (ctx) => {
    const [run] = await ctx.db
      .select()
      .from(runs)
      .where(and(eq(runs.id, runId), eq(runs.projectId, ctx.projectId)))
      .for("update");
    if (!run) throw new DomainError("NOT_FOUND", `there is no run ${runId}`, { reason: "gone" });
    const [registered] = await ctx.db.select().from(modelVersions).where(eq(modelVersions.runId, runId));
    if (registered) return registered;
    if (run.status !== "succeeded") throw new DomainError("CONFLICT", `run ${shortId(runId)} is ${run.status}`);
    const version = await insertTunedVersion(ctx, run);
    ctx.changed({
      action: "models.register",
      id: version.id,
      detail: { runId, model: run.modelName, version: version.version },
    });
    if (run.suiteId) ctx.enqueue("evals.startOfRun", { projectId: ctx.projectId, runId });
    return version;
  });
}

async function insertTunedVersion(ctx: Ctx, run: Run) {
  const [base] = await ctx.db
    .select({ version: modelVersions, name: models.name, slug: projects.slug })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .innerJoin(projects, eq(projects.id, modelVersions.projectId))
    .where(and(eq(modelVersions.id, run.baseVersionId), eq(modelVersions.projectId, ctx.projectId)));
  if (!base) throw new DomainError("NOT_FOUND", `the base of run ${shortId(run.id)} is gone`);
  const found = await ctx.db
    .select({ id: artifacts.id, kind: artifacts.kind })
    .from(artifacts)
    .where(
      and(
        eq(artifacts.runId, run.id),
        eq(artifacts.projectId, ctx.projectId),
        inArray(artifacts.kind, ["adapter_weights", "adapter_gguf"]),
      ),
    )
    .orderBy(artifacts.id);
  const artifactOf = (kind: string) => found.findLast((artifact) => artifact.kind === kind)?.id;
  const [weightsArtifactId, ggufArtifactId] = [artifactOf("adapter_weights"), artifactOf("adapter_gguf")];
  if (!weightsArtifactId || !ggufArtifactId) {
    throw new DomainError("UNAVAILABLE", `run ${shortId(run.id)} left no adapter to register`);
  }
  const model = await tunedModel(ctx, run);
  const number = sql<number>`(select coalesce(max(version), 0) + 1 from model_versions where model_id = ${model.id})`;
  const { architecture, parameters, contextLength } = base.version;
  const ids = { id: newId("modelVersion"), projectId: ctx.projectId, modelId: model.id, runId: run.id };
  const lineage = { datasetVersionId: run.datasetVersionId, baseVersionId: run.baseVersionId };
  const [version] = await ctx.db
    .insert(modelVersions)
    .values({
      ...ids,
      ...lineage,
      weightsArtifactId,
      ggufArtifactId,
      architecture,
      parameters,
      contextLength,
      version: number,
      status: "ready",
      createdBy: run.createdBy,
      fineTunedName: ["ft", base.name, base.slug, run.suffix ?? model.name, shortId(run.id)].join(":"),
    })
    .returning();
  if (!version) throw new DomainError("UNAVAILABLE", "the model version was not stored");
  return version;
}

/** The registered model of that name, made when it is new. A base that took the name meanwhile keeps it. */
async function tunedModel(ctx: Ctx, run: Run) {
  for (const name of [run.modelName, `${run.modelName}-tuned`]) {
    await ctx.db
      .insert(models)
      .values({ id: newId("model"), projectId: ctx.projectId, name, kind: "tuned", createdBy: run.createdBy })
      .onConflictDoNothing();
    const [model] = await ctx.db
      .select()
      .from(models)
      .where(and(eq(models.projectId, ctx.projectId), eq(models.name, name), isNull(models.deletedAt)))
      .for("update");
    if (model?.kind === "tuned") return model;
  }
  throw new DomainError("CONFLICT", `${run.modelName} is the name of a base model`);
}
