import { users } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";

/** Has anybody an account yet? Before that there is nothing to sign in to, only the one-time link. */
export async function isClaimed(ctx: Pick<UnscopedCtx, "db">): Promise<boolean> {
  return (await ctx.db.$count(users)) > 0;
}
