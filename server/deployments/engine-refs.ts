import { and, eq, inArray } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { artifactFiles, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { type EngineRef, engineRef, parseEngineRef } from "#server/inference/client/ref.ts";

/**
 * What the engine must load for each model version: the base's `model.gguf`, for a tuned version with its own
 * `adapter.gguf` and the trainer's `probe.json`. Versions that cannot be served yet are left out.
 */
export async function findEngineRefs(
  ctx: Pick<Ctx, "db">,
  versionIds: readonly string[],
): Promise<Map<string, EngineRef & { text: string }>> {
  if (versionIds.length === 0) return new Map();
  const base = alias(modelVersions, "base");
  const file = (name: string) => alias(artifactFiles, name);
  const [own, adapter, parent, probe] = [file("own"), file("adapter"), file("parent"), file("probe")];
  const rows = await ctx.db
    .select({
      id: modelVersions.id,
      tuned: modelVersions.baseVersionId,
      ownSha: own.blobSha256,
      adapterSha: adapter.blobSha256,
      parentSha: parent.blobSha256,
      probeSha: probe.blobSha256,
    })
    .from(modelVersions)
    .leftJoin(base, eq(base.id, modelVersions.baseVersionId))
    .leftJoin(own, and(eq(own.artifactId, modelVersions.ggufArtifactId), eq(own.path, "model.gguf")))
    .leftJoin(adapter, and(eq(adapter.artifactId, modelVersions.ggufArtifactId), eq(adapter.path, "adapter.gguf")))
    .leftJoin(parent, and(eq(parent.artifactId, base.ggufArtifactId), eq(parent.path, "model.gguf")))
    .leftJoin(probe, and(eq(probe.artifactId, modelVersions.weightsArtifactId), eq(probe.path, "probe.json")))
    .where(and(inArray(modelVersions.id, [...versionIds]), eq(modelVersions.status, "ready")));
  return new Map(
    rows.flatMap(({ id, tuned, ownSha, adapterSha, parentSha, probeSha }) => {
      const baseSha = tuned === null ? ownSha : parentSha;
      if (!baseSha || (tuned !== null && !adapterSha)) return [];
      const text = engineRef({ baseSha, adapterSha: tuned === null ? null : adapterSha, probeSha });
      return [[id, { ...parseEngineRef(text), text }] as const];
    }),
  );
}
