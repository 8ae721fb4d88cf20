import { and, count, eq, isNull, sql } from "drizzle-orm";
import { invitations, members, projects, users } from "#db/schema/people.ts";
import { type Ctx, type TxCtx, transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { keyset, pageOf } from "#server/page.ts";
import { createUser } from "#server/people/create-user.ts";
import { findLink, issueLink, takeLink } from "#server/people/links.ts";
import { me } from "#server/people/me.ts";
import {
  type AcceptInvitation,
  type InviteMember,
  ListInvitations,
  type OpenLink,
  type RevokeInvitation,
} from "#server/projects/input.ts";

/**
 * What a one-time link offers, without using it → `{kind: "first-admin"}` or `{kind: "member", projectName, email,
 * role, hasAccount}`. Throws NOT_FOUND or CONFLICT (used, taken back, expired).
 */
export async function openLink(ctx: Pick<UnscopedCtx, "db">, input: OpenLink) {
  const link = await findLink(ctx, input.token);
  if (!link.projectId || !link.email) return { kind: "first-admin" as const };
  const [project] = await ctx.db
    .select({ name: projects.name, slug: projects.slug })
    .from(projects)
    .where(eq(projects.id, link.projectId));
  const accounts = await ctx.db.$count(users, eq(sql`lower(${users.email})`, link.email));
  return {
    kind: "member" as const,
    projectName: project?.name ?? "a project",
    projectSlug: project?.slug ?? "",
    email: link.email,
    role: link.role,
    hasAccount: accounts > 0,
  };
}

const sortKeys = {
  email: { value: invitations.email, as: "name", always: true },
  role: { value: invitations.role, as: "text", always: true },
  created: { value: invitations.createdAt, as: "timestamptz", always: true },
  expires: { value: invitations.expiresAt, as: "timestamptz", always: true },
} as const;

/** Invitations nobody has used or taken back → `{items, nextCursor, total}`; an expired one stays until it is removed or replaced. */
export async function listInvitations(ctx: Ctx, request: ListInvitations = {}) {
  const input = ListInvitations.parse(request);
  const open = and(
    eq(invitations.projectId, ctx.projectId),
    isNull(invitations.acceptedAt),
    isNull(invitations.revokedAt),
  );
  const { place, after, orderBy } = keyset(sortKeys, invitations.id, input.sort, input.cursor);
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select({
        id: invitations.id,
        email: invitations.email,
        role: invitations.role,
        createdAt: invitations.createdAt,
        expiresAt: invitations.expiresAt,
        expired: sql<boolean>`${invitations.expiresAt} <= now()`,
        place,
      })
      .from(invitations)
      .where(and(open, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1),
    ctx.db.select({ total: count() }).from(invitations).where(open),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.id);
  return { items: page, nextCursor, total: counted?.total ?? 0 };
}

/**
 * Use an invitation without an account: makes one with the invited e-mail and the membership → `{userId, email}`.
 * Throws CONFLICT when the e-mail has an account (sign in, then join) or the link is used up.
 */
export async function acceptInvitation(ctx: UnscopedCtx, input: AcceptInvitation) {
  return transact(ctx, async (ctx) => {
    const link = await takeLink(ctx, input.token);
    if (!link.projectId || !link.email)
      throw new DomainError("CONFLICT", "this link makes the first admin: open it as such");
    const { name, password } = input;
    const user = await createUser(ctx, { name, password, email: link.email, isOwner: false });
    await ctx.db.insert(members).values({ projectId: link.projectId, userId: user.userId, role: link.role });
    const asUser = { ...ctx, projectId: link.projectId, actor: `user:${user.userId}` as const };
    asUser.changed({ action: "projects.acceptInvitation", id: link.id, detail: { role: link.role } });
    return { userId: user.userId, email: user.email };
  });
}

/**
 * Use an invitation as the signed-in person it is meant for → `{projectSlug}`.
 * Throws FORBIDDEN when it was made for another e-mail, CONFLICT when it is used up.
 */
export async function joinProject(ctx: UnscopedCtx, input: OpenLink) {
  return transact(ctx, async (ctx) => {
    const person = await me(ctx);
    const link = await takeLink(ctx, input.token);
    if (!link.projectId) throw new DomainError("CONFLICT", "this link makes the first admin: open it as such");
    if (link.email !== person.email.toLowerCase())
      throw new DomainError(
        "FORBIDDEN",
        `this invitation is for ${link.email}, but you are signed in as ${person.email}`,
      );
    await ctx.db
      .insert(members)
      .values({ projectId: link.projectId, userId: person.userId, role: link.role })
      .onConflictDoNothing();
    const inside = { ...ctx, projectId: link.projectId };
    inside.changed({ action: "projects.join", id: link.id, detail: { role: link.role } });
    const [project] = await ctx.db
      .select({ slug: projects.slug })
      .from(projects)
      .where(eq(projects.id, link.projectId));
    return { projectSlug: project?.slug ?? "" };
  });
}

/** Take back what somebody who may no longer invite has sent and nobody has used → how many. In the caller's transaction. */
export async function revokeInvitationsOf(ctx: TxCtx, userId: string): Promise<number> {
  const revoked = await ctx.db
    .update(invitations)
    .set({ revokedAt: sql`now()` })
    .where(
      and(
        eq(invitations.projectId, ctx.projectId),
        eq(invitations.createdBy, `user:${userId}`),
        isNull(invitations.acceptedAt),
        isNull(invitations.revokedAt),
      ),
    )
    .returning({ id: invitations.id });
  for (const { id } of revoked) ctx.changed({ action: "projects.revokeInvitation", id, detail: { from: userId } });
  return revoked.length;
}

/** Take an invitation back: its link stops working at once. Throws NOT_FOUND when it is not open in this project. */
export async function revokeInvitation(ctx: Ctx, input: RevokeInvitation) {
  return transact(ctx, async (ctx) => {
    const revoked = await ctx.db
      .update(invitations)
      .set({ revokedAt: sql`now()` })
      .where(
        and(
          eq(invitations.id, input.invitationId),
          eq(invitations.projectId, ctx.projectId),
          isNull(invitations.acceptedAt),
          isNull(invitations.revokedAt),
        ),
      )
      .returning({ id: invitations.id });
    if (revoked.length === 0) throw new DomainError("NOT_FOUND", "this invitation is not open in the project");
    ctx.changed({ action: "projects.revokeInvitation", id: input.invitationId });
  });
}

const invitationDays = 7;

/**
 * A one-time link for one e-mail → `{id, token, expiresAt}`; the page is `/invite/<token>`, shown once, valid 7 days.
 * A new invitation of the same e-mail takes the old one back. Throws CONFLICT for somebody who is a member.
 */
export async function inviteMember(ctx: Ctx, input: InviteMember) {
  return transact(ctx, async (ctx) => {
    const [member] = await ctx.db
      .select({ userId: users.id })
      .from(members)
      .innerJoin(users, eq(users.id, members.userId))
      .where(and(eq(members.projectId, ctx.projectId), eq(sql`lower(${users.email})`, input.email)));
    if (member) throw new DomainError("CONFLICT", `${input.email} is a member already`, { field: "email" });
    const replaced = await ctx.db
      .update(invitations)
      .set({ revokedAt: sql`now()` })
      .where(
        and(
          eq(invitations.projectId, ctx.projectId),
          eq(invitations.email, input.email),
          isNull(invitations.acceptedAt),
          isNull(invitations.revokedAt),
        ),
      )
      .returning({ id: invitations.id });
    for (const { id } of replaced) ctx.changed({ action: "projects.revokeInvitation", id });
    const link = await issueLink(ctx, { ...input, projectId: ctx.projectId, hours: invitationDays * 24 });
    ctx.changed({ action: "projects.inviteMember", id: link.id, detail: { role: input.role } });
    return link;
  });
}
