import { and, eq, or, sql } from "drizzle-orm";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

/** A run by id or by its short id (last 6 characters). Throws NOT_FOUND; CONFLICT lists what a short id could mean. */
export async function findRun(ctx: Pick<Ctx, "db" | "projectId">, ref: string) {
  const found = await ctx.db
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.projectId, ctx.projectId),
        or(eq(runs.id, ref), ref.length === 6 ? sql`right(${runs.id}, 6) = ${ref}` : undefined),
      ),
    );
  const exact = found.find((run) => run.id === ref);
  const [run, ...others] = exact ? [exact] : found;
  if (!run) throw new DomainError("NOT_FOUND", `there is no run ${ref}`);
  if (others.length > 0) {
    throw new DomainError(
      "CONFLICT",
      `${ref} could be ${found.map((each) => `${each.name} (${each.id})`).join(" or ")}`,
    );
  }
  return run;
}
