import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { estimateRun } from "#server/runs/estimate.rule.ts";
import type { PlanRun } from "#server/runs/input.ts";
import { pastRuns, planRun } from "#server/runs/plan.ts";

/**
 * What a run would be, before it is started → `{ok: true, rows, steps, trainedTokens, seconds, settings …}`, or
 * `{ok: false, field, message}` with the one thing that stands in its way.
 */
export async function estimate(ctx: Ctx, input: PlanRun) {
  try {
    const { base, data, suite, chosen, suggested, workload, method, modelName } = await planRun(ctx, input);
    const { id, name, version, parameters, contextLength } = base;
    return {
      ok: true as const,
      base: { id, name, version, parameters, contextLength },
      dataset: {
        id: data.id,
        name: data.name,
        version: data.version,
        shape: data.shape,
        trainRows: data.trainRows,
        validationRows: data.validationRows,
      },
      method: method.name,
      suite,
      chosen,
      suggested,
      modelName,
      ...estimateRun(workload, data, await pastRuns(ctx, base.id)),
    };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { ok: false as const, field: error.field, message: error.message };
  }
}
