import { eq } from "drizzle-orm";
import { users } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { RenameMe } from "#server/people/input.ts";
import { personOf } from "#server/people/person.ts";

/** Who is signed in → `{userId, name, email, isOwner}`. */
export async function me(ctx: UnscopedCtx) {
  const [user] = await ctx.db
    .select({ userId: users.id, name: users.name, email: users.email, isOwner: users.isOwner })
    .from(users)
    .where(eq(users.id, personOf(ctx.actor)));
  if (!user) throw new DomainError("NOT_FOUND", "this account no longer exists");
  return user;
}

/** Change the name that others see. */
export async function renameMe(ctx: UnscopedCtx, input: RenameMe) {
  const userId = personOf(ctx.actor);
  return transact(ctx, async (ctx) => {
    await ctx.db.update(users).set({ name: input.name }).where(eq(users.id, userId));
    ctx.changed({ action: "people.renameMe", id: userId });
  });
}
