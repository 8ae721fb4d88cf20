import { and, eq, inArray, isNull, ne, sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { type ModelSource, models, modelVersions } from "#db/schema/models.ts";
import { uploads } from "#db/schema/storage.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { findLocal } from "#server/models/fetch/local.ts";
import type { ImportModel, ImportSource } from "#server/models/input.ts";

/**
 * Register a base model and enqueue its import → the new version's row, status `importing`. A name that is taken by
 * a base gets a further version. Throws CONFLICT for the name of a tuned model, FORBIDDEN for a path on this machine
 * from anyone but its own admin key, NOT_FOUND or REFUSED when no model lies there, NOT_FOUND for an upload that this project does not have.
 */
export async function importModel(ctx: Ctx, input: ImportModel) {
  if (input.source.kind === "local" && ctx.actor !== "system:local-admin") {
    const message = "a path on the server can only be imported with this machine's own admin key: upload the files";
    throw new DomainError("FORBIDDEN", message, { field: "source" });
  }
  if (input.source.kind === "local") await findLocal(input.source.path, input.source.file);
  return transact(ctx, async (ctx) => {
    if (input.source.kind === "upload") await requireUploads(ctx, input.source.files);
    const version = await insertBaseVersion(ctx, input.name, sourceOf(input.source));
    ctx.changed({ action: "models.import", id: version.id, detail: { name: input.name, kind: input.source.kind } });
    return version;
  });
}

async function requireUploads({ db, projectId }: Ctx, files: readonly { uploadId: string }[]) {
  const named = [...new Set(files.map((file) => file.uploadId))];
  const mine = and(eq(uploads.projectId, projectId), inArray(uploads.id, named), ne(uploads.status, "aborted"));
  const found = new Set((await db.select({ id: uploads.id }).from(uploads).where(mine)).map((row) => row.id));
  const lacking = named.find((id) => !found.has(id));
  if (lacking !== undefined) {
    const message = `there is no upload ${lacking.slice(0, 64)}: it expired or was cancelled`;
    throw new DomainError("NOT_FOUND", message, { field: "source" });
  }
}

/** A new version of a base, status `importing`, with its job. */
export async function insertBaseVersion(ctx: Ctx, name: string, source: ModelSource) {
  const by = { projectId: ctx.projectId, createdBy: ctx.actor };
  // one that is deleted at the same moment is found by the insert but not afterwards: then the name is free
  const model = (await findOrInsert(ctx, name)) ?? (await findOrInsert(ctx, name));
  if (model?.kind !== "base") {
    throw new DomainError("CONFLICT", `${name} is the name of a tuned model: choose another`, { field: "name" });
  }
  const number = sql<number>`(select coalesce(max(version), 0) + 1 from model_versions where model_id = ${model.id})`;
  const row = { id: newId("modelVersion"), modelId: model.id, status: "importing" as const, source, ...by };
  const [version] = await ctx.db
    .insert(modelVersions)
    .values({ ...row, version: number })
    .returning();
  if (!version) throw new DomainError("UNAVAILABLE", "the model version was not stored");
  ctx.enqueue("models.import", { projectId: ctx.projectId, modelVersionId: version.id });
  return version;
}

async function findOrInsert(ctx: Ctx, name: string) {
  const { projectId, actor: createdBy } = ctx;
  await ctx.db
    .insert(models)
    .values({ id: newId("model"), name, kind: "base", projectId, createdBy })
    .onConflictDoNothing();
  const [model] = await ctx.db
    .select()
    .from(models)
    .where(and(eq(models.projectId, projectId), eq(models.name, name), isNull(models.deletedAt)))
    .for("update");
  return model;
}

function sourceOf(source: ImportSource): ModelSource {
  if (source.kind === "hub") {
    return { kind: "hub", location: source.repo, revision: source.revision, file: source.file };
  }
  if (source.kind === "local") return { kind: "local", location: source.path, file: source.file };
  return { kind: "upload", location: `${source.files.length} files`, files: source.files };
}
