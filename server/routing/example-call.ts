import { and, desc, eq, isNull } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { listRows } from "#server/datasets/list-rows.ts";
import { type ChatTurn, caseOf } from "#server/evals/case.rule.ts";
import { nameVersion } from "#server/models/find-version.ts";
import type { ExampleOf } from "#server/routing/input.ts";
import type { Storage } from "#server/storage.ts";

const rowsLookedAt = 20;
/** Longer questions make no example that one can read. */
const shownCharacters = 600;

export type ExampleCall = {
  messages: ChatTurn[];
  /** the dataset version whose row it is, `tickets v1` */
  from: string;
};

/**
 * A real question for whatever answers to this name: the first short row that the tuned model behind it was held to
 * (validation, else training), with its system turn. Null for a base model, and when no row asks anything.
 */
export async function exampleCall(ctx: Ctx & { storage: Storage }, input: ExampleOf): Promise<ExampleCall | null> {
  const versionIds = await versionsBehind(ctx, input.name);
  for (const versionId of versionIds) {
    const found = await learntFrom(ctx, versionId);
    if (!found) continue;
    const split = found.validationRows ? "validation" : "train";
    const { rows } = await listRows(ctx, { versionId: found.id, split, limit: rowsLookedAt });
    for (const { value, cut } of rows) {
      const asked = cut ? null : caseOf(value);
      if (asked && asked.prompt.reduce((sum, turn) => sum + turn.content.length, 0) <= shownCharacters)
        return { messages: asked.prompt, from: `${found.name} v${found.version}` };
    }
  }
  return null;
}

/** A deployment's live revisions, the busiest first, else the one version that the name means. */
async function versionsBehind(ctx: Ctx, name: string): Promise<string[]> {
  const rows = await ctx.db
    .select({ id: revisions.modelVersionId })
    .from(deployments)
    .innerJoin(revisions, and(eq(revisions.deploymentId, deployments.id), isNull(revisions.retiredAt)))
    .where(and(eq(deployments.projectId, ctx.projectId), eq(deployments.name, name), isNull(deployments.archivedAt)))
    .orderBy(desc(revisions.weightBps), desc(revisions.number));
  return rows.length > 0 ? rows.map((row) => row.id) : [(await nameVersion(ctx, name, "name")).id];
}

async function learntFrom(ctx: Ctx, versionId: string) {
  const [row] = await ctx.db
    .select({
      id: datasetVersions.id,
      name: datasets.name,
      version: datasetVersions.version,
      validationRows: datasetVersions.validationRows,
    })
    .from(modelVersions)
    .innerJoin(runs, eq(runs.id, modelVersions.runId))
    .innerJoin(datasetVersions, eq(datasetVersions.id, runs.datasetVersionId))
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .where(
      and(
        eq(modelVersions.id, versionId),
        eq(modelVersions.projectId, ctx.projectId),
        isNull(datasetVersions.deletedAt),
      ),
    );
  return row;
}
