import type { Ctx } from "#server/context.ts";
import type { ModelRef } from "#server/models/input.ts";
import { drawLineage, type Lineage } from "#server/models/lineage.rule.ts";
import { showModel } from "#server/models/show.ts";

/** More would be a picture of nothing: the newest versions and those with an alias. */
const mostVersions = 6;
const mostEvalsEach = 3;

/**
 * The lineage of a model → `{nodes, edges, leftOut}`: dataset version and base → run → version → evals and deployments
 * of its newest versions and of every one that holds an alias or serves traffic. NOT_FOUND outside the project.
 */
export async function lineageOf(
  ctx: Pick<Ctx, "db" | "projectId">,
  input: ModelRef,
): Promise<Lineage & { leftOut: number }> {
  const model = await showModel(ctx, input);
  const matters = (one: (typeof model.versions)[number], index: number) =>
    index < mostVersions || one.aliases.length > 0 || one.deployments.length > 0;
  const shown = model.versions.filter(matters);
  const drawn = drawLineage(
    shown.map((version) => ({
      id: version.id,
      modelId: model.id,
      name: version.name,
      kind: model.kind,
      aliases: version.aliases,
      dataset:
        version.dataset && version.datasetVersionId
          ? { versionId: version.datasetVersionId, ...version.dataset }
          : null,
      run: version.run,
      base: version.base && version.baseVersionId ? { versionId: version.baseVersionId, ...version.base } : null,
      evals: version.evals.slice(0, mostEvalsEach).map(({ id, suite, status, headline }) => {
        return { id, suite, detail: headline?.verdict ?? status };
      }),
      deployments: version.deployments,
    })),
  );
  return { ...drawn, leftOut: model.versions.length - shown.length };
}
