import { eq, sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { users } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { requireUncommon } from "#server/people/common-passwords.ts";
import type { NewPerson } from "#server/people/input.ts";
import { hashPassword } from "#server/people/password.ts";

/**
 * Create an account → its row without the password. `isOwner` only for the first one: two people who claim the
 * installation at once are put in line, and the second is refused (CONFLICT), as is a known e-mail. Throws INVALID
 * for a common password.
 */
export async function createUser(ctx: UnscopedCtx, input: NewPerson & { isOwner: boolean }) {
  await requireUncommon(input.password, { ...input, field: "password" });
  const passwordHash = await hashPassword(input.password);
  return transact(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('largeforge.createUser'))`);
    if (input.isOwner && (await ctx.db.$count(users)) > 0)
      throw new DomainError("CONFLICT", "this installation already has its first admin: sign in instead");
    const [known] = await ctx.db
      .select({ id: users.id })
      .from(users)
      .where(eq(sql`lower(${users.email})`, input.email));
    if (known)
      throw new DomainError("CONFLICT", "there is already an account with this e-mail: sign in", { field: "email" });
    const { name, email, isOwner } = input;
    const row = { id: newId("user"), name, email, isOwner, passwordHash };
    await ctx.db.insert(users).values(row);
    const asUser = { ...ctx, actor: `user:${row.id}` as const };
    asUser.changed({ action: "people.createUser", id: row.id, detail: { isOwner } });
    return { userId: row.id, name, email, isOwner };
  });
}
