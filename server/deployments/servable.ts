import type { Ctx } from "#server/context.ts";
import { findEngineRefs } from "#server/deployments/engine-refs.ts";
import { listComparable } from "#server/evals/list-versions.ts";

/** Every ready model version (of one model, when named), newest first, with why one cannot be served (null = it can). */
export async function listServable(ctx: Ctx, model?: string) {
  const versions = await listComparable(ctx, model);
  const refs = await findEngineRefs(
    ctx,
    versions.map((version) => version.id),
  );
  return versions.map(({ id, name, model, kind, aliases }) => {
    const notServable = refs.has(id) ? null : "it has no GGUF file yet";
    return { id, name, model, kind, aliases, notServable };
  });
}
