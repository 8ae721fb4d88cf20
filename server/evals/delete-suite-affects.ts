import type { Ctx } from "#server/context.ts";
import { suiteDeletion } from "#server/evals/deletion.ts";
import { findSuite } from "#server/evals/find-suite.ts";
import type { NamedSuite } from "#server/evals/input.ts";

/** What deleting a suite would do, by name and count: see `Deletion`. NOT_FOUND outside the project. */
export async function suiteDeleteAffects(ctx: Ctx, input: NamedSuite) {
  return suiteDeletion(ctx, await findSuite(ctx, input.suite));
}
