import { eq } from "drizzle-orm";
import { users } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
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
