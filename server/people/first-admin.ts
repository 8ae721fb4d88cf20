import { and, isNull, sql } from "drizzle-orm";
import { invitations, users } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { issueLink } from "#server/people/links.ts";

const firstAdminLinkHours = 24;

/**
 * A one-time link for the first admin → `{token, expiresAt}`; the page is `/welcome/<token>`. Valid for 24 hours,
 * once; a new one takes back the old. Throws CONFLICT when somebody already has an account.
 */
export async function createFirstAdminLink(ctx: UnscopedCtx) {
  return transact(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('largeforge.createUser'))`);
    if ((await ctx.db.$count(users)) > 0)
      throw new DomainError("CONFLICT", "this installation already has its first admin: sign in instead");
    await ctx.db
      .update(invitations)
      .set({ revokedAt: sql`now()` })
      .where(and(isNull(invitations.projectId), isNull(invitations.acceptedAt), isNull(invitations.revokedAt)));
    const link = await issueLink(ctx, { projectId: null, email: null, role: "admin", hours: firstAdminLinkHours });
    ctx.changed({ action: "people.createFirstAdminLink", id: link.id });
    return link;
  });
}

/** Has anybody an account yet? Before that there is nothing to sign in to, only the one-time link. */
export async function isClaimed(ctx: Pick<UnscopedCtx, "db">): Promise<boolean> {
  return (await ctx.db.$count(users)) > 0;
}
