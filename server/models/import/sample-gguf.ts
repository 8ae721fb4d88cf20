import { createHash } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { artifactFiles, artifacts, modelVersions } from "#db/schema/models.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { type ArtifactFile, manifestOf } from "#server/models/artifacts/digest.rule.ts";
import type { Blob } from "#server/storage.ts";

/**
 * The GGUF that another project's copy of our own sample was converted to, when its weights are the same: every project
 * gets `nano`, and converting it each time would only wait. For the sample alone, which everybody may see.
 */
export async function sampleGguf(ctx: ProjectJobCtx, weights: readonly ArtifactFile[]): Promise<Blob | null> {
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
