import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { and, eq } from "drizzle-orm";
import { modelVersions } from "#db/schema/models.ts";
import { transact } from "#server/context.ts";
import { letGoOfUploads } from "#server/datasets/uploads/let-go.ts";
import { DomainError } from "#server/errors.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { claim, heartbeatEveryMs, keepBeating, release } from "#server/jobs/lease.ts";
import { modelImports } from "#server/jobs/leased.ts";
import { isConnectionLost, onceDatabaseIsBack } from "#server/jobs/reconnect.ts";
import { log } from "#server/log.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { type BaseBlobs, makeBase } from "#server/models/import/make-base.ts";
import { endImport, type Progress, reportProgress, type Version } from "#server/models/import/progress.ts";
import { type Failure, TrainerFailure } from "#server/models/python/failure.ts";
import { errorText } from "#server/text/error-text.ts";

/**
 * The job of an import: fetch, check, store, convert → version `ready`, or `failed` with a reason and a remedy.
 * A successor goes on with the bytes that were fetched, also after a restart of the database.
 */
export async function importModelVersion(
  ctx: ProjectJobCtx,
  { modelVersionId }: { modelVersionId: string },
  signal: AbortSignal,
) {
  const version = await claim(ctx, modelImports, modelVersionId);
  if (!version) return;
  const folder = join(await ctx.storage.tmp(), `import-${version.id}`);
  await mkdir(folder, { recursive: true });
  let progress: Progress = { step: "starting", bytesDone: 0, bytesTotal: null };
  const heart = keepBeating(() => reportProgress(ctx, version, progress), heartbeatEveryMs / 5);
  const stop = AbortSignal.any([signal, heart.lost]);
  try {
    const base = await makeBase({
      ctx,
      version,
      folder,
      signal: stop,
      tell: (now) => (progress = { ...progress, ...now }),
    });
    heart.stop();
    await onceDatabaseIsBack(() => finish(ctx, version, base), stop);
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    heart.stop();
    if (heart.lost.aborted && !(await isWanted(ctx, version))) {
      await rm(folder, { recursive: true, force: true });
      throw new DomainError("NOT_FOUND", "the model version was deleted", { reason: "gone" });
    }
    if (stop.aborted || isDatabaseAway(error)) {
      await onceDatabaseIsBack(() => release(ctx, modelImports, version, {}, { here: true }), stop);
      throw error;
    }
    await onceDatabaseIsBack(() => fail(ctx, version, error), stop);
    await rm(folder, { recursive: true, force: true }); // the next try is another version
  } finally {
    heart.stop();
  }
}

/** Nobody deleted it while it was imported. */
async function isWanted(ctx: ProjectJobCtx, version: Version): Promise<boolean> {
  const mine = and(eq(modelVersions.id, version.id), eq(modelVersions.projectId, ctx.projectId));
  return (await ctx.db.$count(modelVersions, mine)) > 0;
}

/** Then the job is tried again and goes on with what was fetched; a Hub that is away comes as DomainError. */
function isDatabaseAway(error: unknown) {
  return !(error instanceof DomainError) && isConnectionLost(error);
}

async function finish(ctx: ProjectJobCtx, version: Version, base: BaseBlobs) {
  await transact(ctx, async (ctx) => {
    const weights = base.weights && (await storeArtifact(ctx, { kind: "base_weights", files: base.weights }));
    const gguf = await storeArtifact(ctx, { kind: "base_gguf", files: [base.gguf] });
    const artifacts = { weightsArtifactId: weights?.id ?? null, ggufArtifactId: gguf.id };
    const done = await endImport(ctx, version, { status: "ready", error: null, ...artifacts, ...base.facts });
    if (!done) throw new DomainError("CONFLICT", "another worker took this import over");
    await letGoOfUploads(ctx, version.source?.files?.map((file) => file.uploadId) ?? []);
  });
}

async function fail(ctx: ProjectJobCtx, version: Version, error: unknown) {
  const failure = failureOf(error);
  await transact(ctx, async (ctx) => {
    const ended = await endImport(ctx, version, { status: "failed", error: failure });
    if (ended)
      ctx.changed({ action: "models.import", id: version.id, outcome: "refused", detail: { code: failure.code } });
  });
}

/** What the page shows: a refusal in its own words; a fault of ours with a pointer to the log. */
function failureOf(error: unknown): Failure {
  if (error instanceof TrainerFailure) return error.failure;
  if (error instanceof DomainError) {
    return { code: error.reason ?? error.code, message: error.message, hint: null };
  }
  log.error({ err: error }, "models.import_failed");
  const message = `the import broke: ${errorText(error)}`;
  return { code: "CRASH", message, hint: "Try again; ./forge logs has the details." };
}
