import { eq } from "drizzle-orm";
import { users } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import type { RenameMe } from "#server/people/input.ts";
import { personOf } from "#server/people/person.ts";

/** Change the name that others see. */
export async function renameMe(ctx: UnscopedCtx, input: RenameMe) {
  const userId = personOf(ctx.actor);
  return transact(ctx, async (ctx) => {
    await ctx.db.update(users).set({ name: input.name }).where(eq(users.id, userId));
    ctx.changed({ action: "people.renameMe", id: userId });
  });
}
