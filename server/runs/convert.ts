import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { and, eq, sql } from "drizzle-orm";
import { models, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import type { Blob } from "#server/blob-files.ts";
import { transact } from "#server/context.ts";
import { createFileOn } from "#server/datasets/files/create.ts";
import { readGgufHeader } from "#server/inference/client/gguf-header.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { beat, claim, keepBeating, release } from "#server/jobs/lease.ts";
import { conversions } from "#server/jobs/leased.ts";
import { onceDatabaseIsBack } from "#server/jobs/reconnect.ts";
import type { ArtifactFile } from "#server/models/artifacts/digest.rule.ts";
import { filesOfArtifact, layOut } from "#server/models/artifacts/lay-out.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { convertToGguf } from "#server/models/python/convert.ts";
import { TrainerFailure } from "#server/models/python/failure.ts";
import { failRun, failureOf } from "#server/runs/fail.ts";
import { storeResultFile } from "#server/runs/result-file.ts";
import { type RunFolder, readManifest, runFolder } from "#server/runs/trainer/folder.ts";

type Run = typeof runs.$inferSelect;

/**
 * The job after a training: check the adapter against its manifest, make its GGUF, store both as artifacts → run
 * `succeeded`, which enqueues its registration. The base's GGUF was made once, when it was imported.
 */
export async function convertRun(ctx: ProjectJobCtx, { runId }: { runId: string }, signal: AbortSignal) {
  const run = await claim(ctx, conversions, runId);
  if (!run) return;
  const heart = keepBeating(() => beat(ctx, conversions, run));
  const stop = AbortSignal.any([signal, heart.lost]);
  try {
    const folder = runFolder(runId);
    const weights = await storeAdapter(ctx, folder, stop);
    const gguf = await convertAdapter(ctx, run, folder, stop);
    const results = await onceDatabaseIsBack(() => storeResultFile(ctx, runId), stop);
    await onceDatabaseIsBack(() => succeed(ctx, run, { weights, gguf, results }), stop);
    await rm(folder.adapterGguf, { force: true });
  } catch (error) {
    if (stop.aborted) {
      await release(ctx, conversions, run, {}, { here: true });
      throw error;
    }
    const failure = failureOf(error);
    await onceDatabaseIsBack(() => failRun(ctx, conversions, run, failure), signal);
  } finally {
    heart.stop();
  }
}

/** The adapter's files as blobs, each checked against the manifest that the trainer wrote last. */
async function storeAdapter(ctx: ProjectJobCtx, folder: RunFolder, signal: AbortSignal): Promise<ArtifactFile[]> {
  const manifest = await readManifest(folder);
  if (!manifest || manifest.files.length === 0) throw damaged("the trainer's manifest is missing");
  const stored: ArtifactFile[] = [];
  for (const { path, sha256 } of manifest.files) {
    const file = join(folder.root, path);
    if (!file.startsWith(`${folder.adapter}/`)) throw damaged(`the manifest names ${path}, which is not the adapter's`);
    const blob = await ctx.storage.put(createReadStream(file), signal).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    });
    // what was stored is compared, not a file that could change between two readings
    if (blob?.sha256 !== sha256) throw damaged(`${path} is not what the trainer wrote`);
    stored.push({ path: file.slice(folder.adapter.length + 1), ...blob });
  }
  return stored;
}

async function convertAdapter(ctx: ProjectJobCtx, run: Run, folder: RunFolder, signal: AbortSignal) {
  const [base] = await ctx.db
    .select({ name: models.name, weights: modelVersions.weightsArtifactId })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(eq(modelVersions.id, run.baseVersionId), eq(modelVersions.projectId, ctx.projectId)));
  if (!base?.weights) throw damaged("the base model's files are no longer registered");
  await layOut(ctx.storage, await filesOfArtifact(ctx, base.weights), folder.base(base.name));
  const paths = { base: folder.base(base.name), adapter: folder.adapter, out: folder.adapterGguf };
  await convertToGguf(paths, signal);
  const header = await readGgufHeader(folder.adapterGguf);
  if (header.type !== "adapter") throw damaged("the converter did not make an adapter");
  return { path: "adapter.gguf", ...(await ctx.storage.put(createReadStream(folder.adapterGguf), signal)) };
}

async function succeed(
  ctx: ProjectJobCtx,
  run: Run,
  made: { weights: ArtifactFile[]; gguf: ArtifactFile; results: Blob },
) {
  await transact(ctx, async (ctx) => {
    const end = { status: "succeeded" as const, error: null, finishedAt: sql`now()` };
    if (!(await release(ctx, conversions, run, end))) return;
    const named = { filename: `${run.name}-metrics.csv`, purpose: "fine-tune-results" } as const;
    const { id: resultFileId } = await createFileOn(ctx, { ...named, blob: made.results });
    await ctx.db.update(runs).set({ resultFileId }).where(eq(runs.id, run.id));
    await storeArtifact(ctx, { kind: "adapter_weights", files: made.weights, runId: run.id });
    await storeArtifact(ctx, { kind: "adapter_gguf", files: [made.gguf], runId: run.id });
    ctx.changed({ action: "runs.convert", id: run.id, detail: { sha256: made.gguf.sha256 } });
    ctx.enqueue("models.register", { projectId: ctx.projectId, runId: run.id });
  });
}

function damaged(message: string) {
  return new TrainerFailure({ code: "ADAPTER_DAMAGED", message, hint: "Resume the run: its last checkpoint is kept." });
}
