import type { Ctx } from "#server/context.ts";
import { bareMeaning } from "#server/deployments/bare-name.rule.ts";
import type { NamedModel } from "#server/deployments/input.ts";
import { servableOfModel } from "#server/deployments/servable.ts";

/** Who answers calls of this name where no deployment has it → `{version, champion}`; null: no model answers to it. */
export async function meaningOfName(ctx: Ctx, { name }: NamedModel) {
  return bareMeaning(await servableOfModel(ctx, name), name);
}
