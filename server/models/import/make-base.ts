import { randomUUID } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { models } from "#db/schema/models.ts";
import { readGgufHeader } from "#server/inference/client/gguf-header.ts";
import type { ArtifactFile } from "#server/models/artifacts/digest.rule.ts";
import { layOut } from "#server/models/artifacts/lay-out.ts";
import { checkModel, type ModelFacts } from "#server/models/check/model.ts";
import { fetchSource } from "#server/models/fetch/source.ts";
import { sampleGguf } from "#server/models/import/sample-gguf.ts";
import type { Fetched, ImportWork } from "#server/models/import/work.ts";
import { requireRoom } from "#server/room.ts";
import { convertToGguf } from "#server/runs/trainer/convert.ts";
import type { Storage } from "#server/storage.ts";

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
