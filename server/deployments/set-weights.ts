import { and, eq, isNull } from "drizzle-orm";
import { revisions } from "#db/schema/deployments.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { type Ctx, transact } from "#server/context.ts";
import { lockDeployment } from "#server/deployments/add-revision.ts";
import type { SetWeights } from "#server/deployments/input.ts";
import { whyNotReady } from "#server/deployments/readiness.rule.ts";
import { findReplicas } from "#server/deployments/readiness.ts";
import { judgeWeights } from "#server/deployments/weights.rule.ts";
import { DomainError } from "#server/errors.ts";

/**
 * Move traffic between live revisions, in basis points → the moves made; gateways follow within a second. Throws
 * CONFLICT when the weights are not those in `expected`, REFUSED when they would not sum to 10,000 or when a revision
 * that would get more has no ready replica. A refused attempt is in the audit log too.
 */
export async function setWeights(ctx: Ctx, input: SetWeights) {
  const outcome = await transact(ctx, async (ctx) => {
    await lockDeployment(ctx, input.deploymentId);
    const live = await liveRevisions(ctx, input.deploymentId);
    const verdict = judgeWeights(live, input.expected, input.weights);
    const before = Object.fromEntries(live.map((revision) => [`v${revision.number}`, revision.weightBps]));
    if (verdict.do !== "apply") {
      const detail = { why: verdict.why, before, wanted: input.weights };
      ctx.changed({ action: "deployments.setWeights", id: input.deploymentId, outcome: "refused", detail });
      return verdict;
    }
    for (const move of verdict.moves)
      await ctx.db.update(revisions).set({ weightBps: move.to }).where(eq(revisions.id, move.id));
    const moves = verdict.moves.map(({ name, from, to }) => ({ name, from, to }));
    ctx.changed({ action: "deployments.setWeights", id: input.deploymentId, detail: { before, moves } });
    return verdict;
  });
  if (outcome.do === "apply") return { moves: outcome.moves };
  throw new DomainError(outcome.do === "conflict" ? "CONFLICT" : "REFUSED", outcome.why);
}

async function liveRevisions(ctx: Ctx, deploymentId: string) {
  const rows = await ctx.db
    .select({ revision: revisions, model: models.name, version: modelVersions.version })
    .from(revisions)
    .innerJoin(modelVersions, eq(modelVersions.id, revisions.modelVersionId))
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(eq(revisions.deploymentId, deploymentId), isNull(revisions.retiredAt)))
    .orderBy(revisions.number);
  const replicas = await findReplicas(
    ctx,
    rows.map(({ revision }) => revision.modelVersionId),
  );
  return rows.map(({ revision: { id, number, weightBps, modelVersionId }, model, version }) => ({
    id,
    number,
    weightBps,
    name: `v${number} (${model}/${version})`,
    notReady: whyNotReady(replicas.filter((replica) => replica.modelVersionId === modelVersionId)),
  }));
}
