import { and, desc, eq, inArray } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { EvalSummary } from "#db/eval-summary.ts";
import { evals, evalTargets, suites } from "#db/schema/evals.ts";
import { modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { gateMaxOverlap } from "#server/env.ts";
import { aliasHolder } from "#server/models/aliases.ts";
import { nameVersion } from "#server/models/find-version.ts";
import { type Evidence, type GateFacts, judgeGate } from "#server/promotions/gate.rule.ts";
import type { GateQuestion } from "#server/promotions/input.ts";

/**
 * What the promotion gate says of making this version champion: its answer with every check, who holds the alias now
 * (`expected` for promotions.promote), whom it was compared with and the eval that shows it. NOT_FOUND outside the project.
 */
export async function askGate(ctx: Pick<Ctx, "db" | "projectId">, { version: ref }: GateQuestion) {
  const version = await nameVersion(ctx, ref, "version");
  const champion = await aliasHolder(ctx, version.modelId, "champion");
  const [row] = await ctx.db
    .select({ baseVersionId: modelVersions.baseVersionId })
    .from(modelVersions)
    .where(and(eq(modelVersions.id, version.id), eq(modelVersions.projectId, ctx.projectId)));
  const opponentId = champion ?? row?.baseVersionId ?? null;
  const opponent = opponentId
    ? {
        versionId: opponentId,
        name: (await nameVersion(ctx, opponentId, "version")).name,
        as: champion ? ("champion" as const) : ("base" as const),
      }
    : null;
  const found = opponent ? await evalsBetween(ctx, version.id, opponent.versionId) : [];
  const done = found.find((one) => one.status === "succeeded" && one.summary?.graders[0]);
  const pending = found.find((one) => one.status === "queued" || one.status === "running");
  const facts: GateFacts = {
    candidate: { name: version.name, status: version.status, isChampion: champion === version.id },
    opponent,
    evidence: done ? evidenceOf(done.suite, done.summary) : null,
    maxOverlap: gateMaxOverlap(),
    pending: pending?.status ?? null,
  };
  return { ...judgeGate(facts), version, expected: champion, opponent, evalId: (done ?? pending)?.id ?? null };
}

async function evalsBetween(ctx: Pick<Ctx, "db" | "projectId">, candidateId: string, baselineId: string) {
  const candidate = alias(evalTargets, "candidate_target");
  const baseline = alias(evalTargets, "baseline_target");
  return ctx.db
    .select({ id: evals.id, status: evals.status, summary: candidate.summary, suite: suites.name })
    .from(candidate)
    .innerJoin(evals, eq(evals.id, candidate.evalId))
    .innerJoin(baseline, and(eq(baseline.evalId, evals.id), baseline.isBaseline))
    .innerJoin(suites, eq(suites.id, evals.suiteId))
    .where(
      and(
        eq(evals.projectId, ctx.projectId),
        eq(candidate.modelVersionId, candidateId),
        eq(candidate.isBaseline, false),
        eq(baseline.modelVersionId, baselineId),
        inArray(evals.status, ["queued", "running", "succeeded"]),
      ),
    )
    .orderBy(desc(evals.id))
    .limit(20);
}

function evidenceOf(suite: string, summary: EvalSummary | null): Evidence | null {
  const headline = summary?.graders[0];
  if (!headline) return null;
  const { n, difference, verdict, needed } = headline;
  return { suite, n, difference, verdict, needed, overlap: summary.overlap };
}
