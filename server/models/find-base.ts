import { and, desc, eq, isNull, or } from "drizzle-orm";
import { models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { didYouMean, nearNames } from "#server/text/name-search.ts";
import { isMeant } from "#server/text/named.ts";

/**
 * The base model version that people mean by an id, a short id, `nano/1`, or `nano` (its newest ready version) → its row and name.
 * In a transaction it cannot be deleted until that ends. Throws NOT_FOUND; REFUSED for a tuned model, one that is not ready, or a base without weights to train (GGUF only).
 */
export async function findTrainableBase(ctx: Pick<Ctx, "db" | "projectId">, ref: string) {
  const [, name = ref, number] = /^(.*?)(?:\/(\d{1,9}))?$/.exec(ref) ?? [];
  const rows = await ctx.db
    .select({ version: modelVersions, name: models.name, kind: models.kind })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(
      and(
        eq(modelVersions.projectId, ctx.projectId),
        isNull(modelVersions.deletedAt),
        or(
          isMeant(ref, modelVersions.id),
          eq(modelVersions.fineTunedName, ref),
          number ? and(eq(models.name, name), eq(modelVersions.version, Number(number))) : eq(models.name, name),
        ),
      ),
    )
    .orderBy(desc(modelVersions.version))
    .for("key share", { of: modelVersions });
  const found = rows.find((row) => row.version.status === "ready") ?? rows[0];
  const refuse = (code: "NOT_FOUND" | "REFUSED", message: string) => new DomainError(code, message, { field: "base" });
  if (!found) {
    const there = and(
      eq(models.projectId, ctx.projectId),
      eq(models.kind, "base"),
      isNull(models.archivedAt),
      isNull(models.deletedAt),
    );
    const near = await nearNames(ctx, { name: models.name, from: models, where: there }, name);
    throw refuse("NOT_FOUND", `there is no base model ${ref}${didYouMean(near, "./forge models list")}`);
  }
  if (found.kind !== "base") throw refuse("REFUSED", `${ref} is a tuned model: start from its base instead`);
  if (found.version.status === "importing") {
    const remedy = "start again when it is ready; ./forge train … --wait waits for it";
    throw refuse("REFUSED", `${ref} is still being imported: ${remedy}`);
  }
  if (found.version.status === "failed") throw refuse("REFUSED", `the import of ${ref} failed: import it again`);
  if (!found.version.weightsArtifactId) {
    throw refuse("REFUSED", `${ref} came as GGUF, which can be served but not trained: import its safetensors`);
  }
  return { ...found.version, weightsArtifactId: found.version.weightsArtifactId, name: found.name };
}

/** Keep a base from being deleted until this transaction ends. Throws NOT_FOUND when it is gone. */
export async function holdBase(ctx: Pick<Ctx, "db" | "projectId">, versionId: string) {
  const mine = and(eq(modelVersions.id, versionId), eq(modelVersions.projectId, ctx.projectId));
  const [held] = await ctx.db
    .select({ id: modelVersions.id })
    .from(modelVersions)
    .where(and(mine, isNull(modelVersions.deletedAt)))
    .for("key share");
  if (!held)
    throw new DomainError("NOT_FOUND", "the base model was deleted: start a new run on another", { field: "base" });
}
