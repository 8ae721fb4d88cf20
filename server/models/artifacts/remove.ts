import { and, eq, inArray } from "drizzle-orm";
import { artifactFiles, artifacts } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";

/** Take artifacts away; their blobs are freed when nothing else names them. What named the artifacts must be gone. */
export async function removeArtifacts(ctx: Pick<Ctx, "db" | "projectId">, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const files = and(eq(artifactFiles.projectId, ctx.projectId), inArray(artifactFiles.artifactId, [...ids]));
  await ctx.db.delete(artifactFiles).where(files);
  await ctx.db.delete(artifacts).where(and(eq(artifacts.projectId, ctx.projectId), inArray(artifacts.id, [...ids])));
}
