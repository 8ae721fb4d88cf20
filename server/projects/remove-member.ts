import { and, eq, isNull, sql } from "drizzle-orm";
import { apiKeys } from "#db/schema/keys.ts";
import { members } from "#db/schema/people.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { RemoveMember } from "#server/projects/input.ts";
import { lockMember, requireAdmin } from "#server/projects/lock-members.ts";
import { revokeInvitationsOf } from "#server/projects/revoke-invitation.ts";

/**
 * Take somebody out of the project, oneself included → `{keysRevoked, keysTransferred, invitationsRevoked}`. Their live
 * keys end with it, or go to the member `keysTo` with what that role may; `keys.ofMember` shows them before. Invitations
 * they sent are taken back. Throws REFUSED when no admin would be left, INVALID for a `keysTo` who is no other member.
 */
export async function removeMember(ctx: Ctx, input: RemoveMember) {
  return transact(ctx, async (ctx) => {
    const { userId, keysTo } = input;
    const role = await lockMember(ctx, userId);
    if (keysTo) await requireOther(ctx, userId, keysTo);
    await ctx.db.delete(members).where(and(eq(members.projectId, ctx.projectId), eq(members.userId, userId)));
    await requireAdmin(ctx);
    const moved = await ctx.db
      .update(apiKeys)
      .set(keysTo ? { ownerId: keysTo } : { revokedAt: sql`now()` })
      .where(and(eq(apiKeys.projectId, ctx.projectId), eq(apiKeys.ownerId, userId), isNull(apiKeys.revokedAt)))
      .returning({ id: apiKeys.id, name: apiKeys.name });
    for (const { id, name } of moved) {
      if (keysTo) ctx.changed({ action: "keys.transfer", id, detail: { name, from: userId, to: keysTo } });
      else ctx.changed({ action: "keys.revoke", id, detail: { name, from: userId } });
    }
    const invitationsRevoked = await revokeInvitationsOf(ctx, userId);
    ctx.changed({
      action: "projects.removeMember",
      id: userId,
      detail: { role, keys: moved.length, ...(keysTo ? { keysTo } : {}) },
    });
    const keys = moved.length;
    return { keysRevoked: keysTo ? 0 : keys, keysTransferred: keysTo ? keys : 0, invitationsRevoked };
  });
}

async function requireOther(ctx: Ctx, userId: string, keysTo: string) {
  const found = await ctx.db.$count(members, and(eq(members.projectId, ctx.projectId), eq(members.userId, keysTo)));
  if (found === 0 || keysTo === userId)
    throw new DomainError("INVALID", "who takes the keys must be another member of the project", { field: "keysTo" });
}
