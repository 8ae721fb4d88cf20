import { createHash } from "node:crypto";
import type { ArtifactKind } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { artifactFiles, artifacts } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { type ArtifactFile, manifestOf } from "#server/models/artifacts/digest.rule.ts";
import { recordBlob } from "#server/storage.ts";

/**
 * Record a set of stored blobs as an artifact → {id, digest, bytes}; `digest` is the sha256 of its manifest.
 * Call it in the transaction of whatever names the artifact.
 */
export async function storeArtifact(
  ctx: Pick<Ctx, "db" | "projectId">,
  artifact: { kind: ArtifactKind; files: readonly ArtifactFile[]; runId?: string },
) {
  const digest = createHash("sha256").update(manifestOf(artifact.files)).digest("hex");
  const bytes = artifact.files.reduce((sum, file) => sum + file.bytes, 0);
  const id = newId("artifact");
  const { kind, runId } = artifact;
  await ctx.db.insert(artifacts).values({ id, projectId: ctx.projectId, kind, digest, bytes, runId });
  for (const file of artifact.files) {
    await recordBlob(ctx, file);
    const row = { path: file.path, blobSha256: file.sha256, bytes: file.bytes };
    await ctx.db.insert(artifactFiles).values({ projectId: ctx.projectId, artifactId: id, ...row });
  }
  return { id, digest, bytes };
}
