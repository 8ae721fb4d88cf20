import { and, eq, inArray } from "drizzle-orm";
import { artifactFiles, artifacts, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { nameVersion } from "#server/models/find-version.ts";
import type { VersionRef } from "#server/models/input.ts";

/**
 * What a version is made of → its artifacts with digest and size in bytes, each with its manifest: path, sha256 and
 * bytes of every file. A version whose import has not ended has none. NOT_FOUND outside the project.
 */
export async function listArtifacts(ctx: Pick<Ctx, "db" | "projectId">, { version: ref }: VersionRef) {
  const { id } = await nameVersion(ctx, ref, "version");
  const [version] = await ctx.db
    .select({ weights: modelVersions.weightsArtifactId, gguf: modelVersions.ggufArtifactId })
    .from(modelVersions)
    .where(and(eq(modelVersions.id, id), eq(modelVersions.projectId, ctx.projectId)));
  const ids = [version?.weights, version?.gguf].filter((one) => typeof one === "string");
  if (ids.length === 0) return [];
  const found = await ctx.db
    .select()
    .from(artifacts)
    .where(and(eq(artifacts.projectId, ctx.projectId), inArray(artifacts.id, ids)))
    .orderBy(artifacts.id);
  const files = await ctx.db
    .select({
      artifactId: artifactFiles.artifactId,
      path: artifactFiles.path,
      sha256: artifactFiles.blobSha256,
      bytes: artifactFiles.bytes,
    })
    .from(artifactFiles)
    .where(and(eq(artifactFiles.projectId, ctx.projectId), inArray(artifactFiles.artifactId, ids)))
    .orderBy(artifactFiles.path);
  return found.map((artifact) => ({
    ...artifact,
    files: files
      .filter((file) => file.artifactId === artifact.id)
      .map(({ path, sha256, bytes }) => ({ path, sha256, bytes })),
  }));
}
