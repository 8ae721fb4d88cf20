import { sql } from "drizzle-orm";
import type { Ctx } from "#server/context.ts";
import type { EvalCase } from "#server/evals/case.rule.ts";
import { findPrompts, indexPrompts } from "#server/evals/index-prompts.ts";
import { hashPrompt } from "#server/evals/prompt.rule.ts";
import type { Storage } from "#server/storage.ts";

/** A chain of adapters is never longer; it bounds a lineage that was damaged into a circle. */
const longestChain = 100;

/** `seen`: places of the cases a version was trained on; `unchecked`: datasets of its lineage that cannot be compared, and why. */
export type TrainedOn = { seen: Set<number>; unchecked: string[] };

/**
 * Which of these cases a model version was trained on, through its whole lineage: its own run's data, its base's, and so
 * on down to a base that was trained elsewhere, of which nothing is known.
 */
export async function casesTrainedOn(
  ctx: Pick<Ctx, "db" | "projectId"> & { storage: Storage },
  modelVersionId: string,
  cases: readonly Pick<EvalCase, "prompt">[],
  signal?: AbortSignal,
): Promise<TrainedOn> {
  const hashes = cases.map((one) => hashPrompt(one.prompt));
  const wanted = new Set(hashes);
  const found = new Set<bigint>();
  const unchecked: string[] = [];
  for (const source of await lineageData(ctx, modelVersionId)) {
    if (!(await indexPrompts(ctx, source, signal))) {
      unchecked.push(`${source.name} (its rows were deleted)`);
      continue;
    }
    const taught = await findPrompts(ctx, source.id, wanted);
    for (const hash of taught.found) found.add(hash);
    if (taught.textRows > 0) unchecked.push(`${source.name} (plain text)`);
  }
  return { seen: new Set(hashes.flatMap((hash, index) => (found.has(hash) ? [index] : []))), unchecked };
}

/** The dataset versions that a model version and its ancestors were trained on. */
async function lineageData(ctx: Pick<Ctx, "db" | "projectId">, modelVersionId: string) {
  return ctx.db.execute<{ id: string; trainBlob: string | null; name: string }>(sql`
    with recursive lineage as (
      select id, run_id, dataset_version_id, base_version_id, 1 as depth from model_versions
      where id = ${modelVersionId} and project_id = ${ctx.projectId}
      union all
      select parent.id, parent.run_id, parent.dataset_version_id, parent.base_version_id, lineage.depth + 1
      from lineage join model_versions parent
        on parent.id = lineage.base_version_id and parent.project_id = ${ctx.projectId}
      where lineage.depth < ${longestChain}
    ), data as (
      select dataset_version_id as id from lineage
      union select runs.dataset_version_id from lineage join runs on runs.id = lineage.run_id
    )
    select versions.id, versions.train_blob as "trainBlob", datasets.name || '/' || versions.version as name
    from data join dataset_versions versions on versions.id = data.id
      join datasets on datasets.id = versions.dataset_id
    where versions.project_id = ${ctx.projectId} order by versions.id`);
}
