import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { invitations } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { findLink } from "#server/people/find-link.ts";

/** Use a link up, by compare-and-set in the caller's transaction: of two who hold it, one gets in. Throws as findLink. */
export async function takeLink(ctx: UnscopedCtx, token: string) {
  const link = await findLink(ctx, token);
  const taken = await ctx.db
    .update(invitations)
    .set({ acceptedAt: sql`now()` })
    .where(
      and(
        eq(invitations.id, link.id),
        isNull(invitations.acceptedAt),
        isNull(invitations.revokedAt),
        gt(invitations.expiresAt, sql`now()`),
      ),
    )
    .returning({ id: invitations.id });
  if (taken.length === 0) throw new DomainError("CONFLICT", "this link was used a moment ago: sign in");
  return link;
}
