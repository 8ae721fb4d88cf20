import { and, eq, isNull } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { members, projects, users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

/**
 * One member's present role, with the project's row locked until the transaction ends: two admins who remove each
 * other at once are put in line. Throws NOT_FOUND for somebody who is no member.
 */
export async function lockMember(ctx: Ctx, userId: string): Promise<Role> {
  await ctx.db.select({ id: projects.id }).from(projects).where(eq(projects.id, ctx.projectId)).for("update");
  const [member] = await ctx.db
    .select({ role: members.role })
    .from(members)
    .where(and(eq(members.projectId, ctx.projectId), eq(members.userId, userId)));
  if (!member) throw new DomainError("NOT_FOUND", "this person is not a member of the project");
  return member.role;
}

/** Throws REFUSED when no admin with an enabled account is left; call it after the change, inside its transaction. */
export async function requireAdmin(ctx: Ctx): Promise<void> {
  const [admin] = await ctx.db
    .select({ userId: members.userId })
    .from(members)
    .innerJoin(users, and(eq(users.id, members.userId), isNull(users.disabledAt)))
    .where(and(eq(members.projectId, ctx.projectId), eq(members.role, "admin")))
    .limit(1);
  if (!admin) throw new DomainError("REFUSED", "a project needs at least one admin: make somebody else an admin first");
}
