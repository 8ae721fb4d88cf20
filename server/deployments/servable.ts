import type { Ctx } from "#server/context.ts";
import { findEngineRefs } from "#server/deployments/engine-refs.ts";
import type { PickModelVersion } from "#server/models/input.ts";
import { pickModelVersion, versionsOfModel } from "#server/models/pick-version.ts";

type Version = Awaited<ReturnType<typeof versionsOfModel>>[number];

/** Ready model versions to serve → `{items, total}`, as `pickModelVersion`, with why one cannot be served (null = it can). */
export async function listServable(ctx: Ctx, request: PickModelVersion = {}) {
  const { items, total } = await pickModelVersion(ctx, request);
  return { items: await withServable(ctx, items), total };
}

/** Every ready version of the model of this name, newest first, with the same. */
export async function servableOfModel(ctx: Ctx, model: string) {
  return withServable(ctx, await versionsOfModel(ctx, model));
}

async function withServable(ctx: Ctx, versions: readonly Version[]) {
  const refs = await findEngineRefs(
    ctx,
    versions.map((version) => version.id),
  );
  return versions.map(({ id, name, model, kind, aliases }) => {
    const notServable = refs.has(id) ? null : "it has no GGUF file yet";
    return { id, name, model, kind, aliases, notServable };
  });
}
