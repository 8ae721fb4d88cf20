import { createHash, randomUUID } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { and, eq, sql } from "drizzle-orm";
import { artifactFiles, artifacts, models, modelVersions } from "#db/schema/models.ts";
import type { Blob } from "#server/blob-files.ts";
import { DomainError } from "#server/errors.ts";
import { readGgufHeader } from "#server/inference/client/gguf-header.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { type ArtifactFile, manifestOf } from "#server/models/artifacts/digest.rule.ts";
import { layOut } from "#server/models/artifacts/lay-out.ts";
import { checkModel, type ModelFacts } from "#server/models/check/model.ts";
import { fetchFromHub } from "#server/models/fetch/hub.ts";
import { findLocal } from "#server/models/fetch/local.ts";
import { findUploads } from "#server/models/fetch/uploads.ts";
import type { Fetched, ImportWork } from "#server/models/import/work.ts";
import { convertToGguf } from "#server/models/python/convert.ts";
import { requireRoom, type Storage } from "#server/storage.ts";

/** Well within the hour after which the collector takes what nobody names. */
const renewEveryMs = 600_000;

/** A checked base in blob storage: `weights` is null for one that came as GGUF, which can serve but not be trained. */
export type BaseBlobs = { weights: ArtifactFile[] | null; gguf: ArtifactFile; facts: ModelFacts };

/** Fetch, check, store and convert one base model. Throws DomainError or TrainerFailure for what is wrong with it. */
export async function makeBase(work: ImportWork): Promise<BaseBlobs> {
  const { ctx, signal, tell } = work;
  const { format, files } = await fetchSource(work);
  tell({ step: "checking the files" });
  const facts = await checkModel(format, files);
  tell({ step: "storing the files" });
  await checkRoom(work, format, files);
  const stored: ArtifactFile[] = [];
  const keeping = setInterval(() => void keep(ctx.storage, stored), renewEveryMs);
  try {
    for (const file of files) stored.push({ path: file.path, ...(await file.store(ctx.storage, signal)) });
    const [only] = stored;
    if (format === "gguf" && only) return { weights: null, gguf: { ...only, path: "model.gguf" }, facts };
    tell({ step: "converting to GGUF" });
    return { weights: stored, gguf: { path: "model.gguf", ...(await makeGguf(work, stored)) }, facts };
  } finally {
    clearInterval(keeping);
  }
}

/** No row names the files before the GGUF is made, and that may take longer than the collector waits. */
async function keep(storage: Storage, stored: readonly ArtifactFile[]) {
  for (const { sha256 } of stored) await storage.renew(sha256).catch(() => false); // the next look is in time too
}

/** What is stored anew and what is made of it; the Hub's files are stored one at a time in their own place. */
async function checkRoom({ ctx, version }: ImportWork, format: Fetched["format"], files: Fetched["files"]) {
  const sizes = await Promise.all(files.map(async ({ file }) => (await stat(file)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const kind = version.source?.kind;
  const copied = kind === "upload" ? 0 : kind === "hub" ? Math.max(0, ...sizes) : total;
  await requireRoom(ctx.storage, "importing this model", copied + (format === "gguf" ? 0 : total));
}

async function makeGguf(work: ImportWork, weights: ArtifactFile[]) {
  const { ctx, version, folder, signal } = work;
  const known = version.source?.kind === "sample" ? await sampleGguf(ctx, weights) : null;
  if (known) return known;
  const [model] = await ctx.db.select({ name: models.name }).from(models).where(eq(models.id, version.modelId));
  const base = join(folder, "base", model?.name ?? "base"); // its name goes into the GGUF
  // a name that no earlier converter knows, which may not have ended with its worker
  const out = join(folder, `model-${randomUUID()}.gguf`);
  await layOut(ctx.storage, weights, base);
  await convertToGguf({ base, out }, signal);
  await readGgufHeader(out);
  const blob = await ctx.storage.take(out, signal);
  await rm(base, { recursive: true, force: true });
  return blob;
}

/**
 * The GGUF that another project's copy of our own sample was converted to, when its weights are the same: every project
 * gets `nano`, and converting it each time would only wait. For the sample alone, which everybody may see.
 */
async function sampleGguf(ctx: ProjectJobCtx, weights: readonly ArtifactFile[]): Promise<Blob | null> {
  const digest = createHash("sha256").update(manifestOf(weights)).digest("hex");
  const [found] = await ctx.db
    .select({ sha256: artifactFiles.blobSha256, bytes: artifactFiles.bytes })
    .from(modelVersions)
    .innerJoin(artifacts, eq(artifacts.id, modelVersions.weightsArtifactId))
    .innerJoin(artifactFiles, eq(artifactFiles.artifactId, modelVersions.ggufArtifactId))
    .where(and(eq(artifacts.digest, digest), sql`${modelVersions.source}->>'kind' = 'sample'`))
    .limit(1);
  return found && (await ctx.storage.has(found.sha256)) ? found : null;
}

const samples = fileURLToPath(new URL("../../../samples", import.meta.url));

/** Bring the files of an import to this machine and choose those that make the model. Throws DomainError. */
async function fetchSource(work: ImportWork): Promise<Fetched> {
  const source = work.version.source;
  if (!source) throw new DomainError("INVALID", "the import names no source");
  if (source.kind === "hub") return fetchFromHub(work, source);
  if (source.kind === "upload") return findUploads(work, source.files ?? []);
  return findLocal(source.kind === "sample" ? join(samples, source.location) : source.location, source.file);
}
