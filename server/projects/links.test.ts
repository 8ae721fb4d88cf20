import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import type { Role } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { invitations, members, users } from "#db/schema/people.ts";
import { inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { createKey } from "#server/keys/create.ts";
import { createFirstAdminLink } from "#server/people/first-admin.ts";
import { claimFirstAdmin } from "#server/projects/first-admin.ts";
import {
  acceptInvitation,
  inviteMember,
  joinProject,
  listInvitations,
  openLink,
  revokeInvitation,
} from "#server/projects/invitations.ts";
import { removeMember, setMemberRole } from "#server/projects/members.ts";
import { testProject } from "#server/testing.ts";

const bob = { email: "bob@example.test", role: "developer" as Role };
const person = { name: "Bob", password: "a long enough password" };

async function addUser(tx: Tx, email: string, member?: { projectId: string; role: Role }) {
  const userId = newId("user");
  await tx.insert(users).values({ id: userId, email, name: email, passwordHash: "-" });
  if (member) await tx.insert(members).values({ userId, ...member });
  return { userId, actor: `user:${userId}` as const };
}

test("a new invitation of the same person takes the old one back, in this project only", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const there = await testProject(tx);
    const [first, elsewhere] = [await inviteMember(ctx, bob), await inviteMember(there.ctx, bob)];
    const second = await inviteMember(ctx, { ...bob, role: "viewer" });
    await expect(openLink(ctx, first)).rejects.toMatchObject({ code: "CONFLICT", reason: "revoked" });
    expect(await openLink(ctx, second)).toMatchObject({ role: "viewer" });
    expect(await openLink(ctx, elsewhere)).toMatchObject({ role: "developer", projectSlug: there.slug });
    expect((await listInvitations(ctx)).items.map((one) => one.id)).toEqual([second.id]);
  }));

test("an invitation that expired says so, is listed as that, and can be taken back once", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { id, token } = await inviteMember(ctx, bob);
    await tx.update(invitations).set({ expiresAt: sql`now()` }).where(eq(invitations.id, id));
    for (const use of [() => openLink(ctx, { token }), () => acceptInvitation(ctx, { token, ...person })])
      await expect(use()).rejects.toMatchObject({ code: "CONFLICT", reason: "expired" });
    expect((await listInvitations(ctx)).items).toMatchObject([{ id, expired: true }]);
    await revokeInvitation(ctx, { invitationId: id });
    await expect(revokeInvitation(ctx, { invitationId: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listInvitations(ctx)).items).toEqual([]);
  }));

test("an invitation ends when whoever made it may invite no more, or their account is disabled", () =>
  inTx(async (tx) => {
    const { ctx, projectId, userId } = await testProject(tx);
    const eve = await addUser(tx, "eve@example.test", { projectId, role: "admin" });
    const asEve: Ctx = { ...ctx, actor: eve.actor };
    const { token } = await inviteMember(asEve, bob);
    await tx.update(users).set({ disabledAt: sql`now()` }).where(eq(users.id, eve.userId));
    await expect(openLink(ctx, { token })).rejects.toMatchObject({ reason: "revoked" });
    await tx.update(users).set({ disabledAt: null }).where(eq(users.id, eve.userId));
    expect(await openLink(ctx, { token })).toMatchObject({ kind: "member" });
    const own = await inviteMember(ctx, { ...bob, email: "carol@example.test" });
    await setMemberRole(ctx, { userId: eve.userId, role: "engineer" });
    await setMemberRole(ctx, { userId: eve.userId, role: "admin" });
    await expect(openLink(ctx, { token })).rejects.toMatchObject({ reason: "revoked" });
    const next = await inviteMember(asEve, bob);
    expect(await removeMember(ctx, { userId: eve.userId, keysTo: null })).toMatchObject({ invitationsRevoked: 1 });
    await expect(openLink(ctx, next)).rejects.toMatchObject({ reason: "revoked" });
    expect(await openLink(ctx, own)).toMatchObject({ email: "carol@example.test" });
    expect((await listInvitations({ ...ctx, actor: `user:${userId}` })).items.map((one) => one.id)).toEqual([own.id]);
  }));

test("an invitation made with a key stands as long as the key and its owner's role", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const eve = await addUser(tx, "eve@example.test", { projectId, role: "admin" });
    const key = await createKey(
      { ...ctx, actor: eve.actor, role: "admin" },
      { name: "ci", scopes: ["admin"], expiresInDays: null },
    );
    const { token } = await inviteMember({ ...ctx, actor: `key:${key.id}` }, bob);
    expect(await openLink(ctx, { token })).toMatchObject({ kind: "member" });
    await tx.update(members).set({ role: "viewer" }).where(eq(members.userId, eve.userId));
    await expect(openLink(ctx, { token })).rejects.toMatchObject({ reason: "revoked" });
    await tx.update(members).set({ role: "admin" }).where(eq(members.userId, eve.userId));
    await tx.update(apiKeys).set({ revokedAt: sql`now()` }).where(eq(apiKeys.id, key.id));
    await expect(openLink(ctx, { token })).rejects.toMatchObject({ reason: "revoked" });
  }));

test("a link is used as what it was made for: an invitation makes no first admin, and the first admin's no member", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { token } = await inviteMember(ctx, bob);
    const claim = claimFirstAdmin(ctx, { token, email: "eve@example.test", ...person });
    await expect(claim).rejects.toThrow("this link invites to a project");
  }));

test("before anybody has an account the first admin's link is refused as an invitation", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await testProject(tx);
    await tx.delete(members);
    await tx.delete(users).where(eq(users.id, userId));
    const { token } = await createFirstAdminLink({ ...ctx, actor: "system:setup" });
    await expect(acceptInvitation(ctx, { token, ...person })).rejects.toThrow("this link makes the first admin");
  }));

test("an invitation is for one e-mail in any case, and a member who joins again keeps the role they have", () =>
  inTx(async (tx) => {
    const { ctx, projectId, slug } = await testProject(tx);
    const { token } = await inviteMember(ctx, { email: "bob@example.test", role: "viewer" });
    const { userId, actor } = await addUser(tx, "Bob@Example.test", { projectId, role: "operator" });
    expect(await joinProject({ ...ctx, actor }, { token })).toEqual({ projectSlug: slug });
    const [member] = await tx.select().from(members).where(eq(members.userId, userId));
    expect(member?.role).toBe("operator");
    const again = inviteMember(ctx, { email: "bob@example.test", role: "admin" });
    await expect(again).rejects.toMatchObject({ code: "CONFLICT", field: "email" });
  }));

test("keys of one who leaves go to another member, never to themselves or to somebody outside", () =>
  inTx(async (tx) => {
    const { ctx, projectId, userId } = await testProject(tx);
    const eve = await addUser(tx, "eve@example.test", { projectId, role: "admin" });
    const stranger = await testProject(tx);
    for (const keysTo of [eve.userId, stranger.userId, newId("user")])
      await expect(removeMember(ctx, { userId: eve.userId, keysTo })).rejects.toMatchObject({
        code: "INVALID",
        field: "keysTo",
      });
    expect(await removeMember(ctx, { userId: eve.userId, keysTo: userId })).toMatchObject({ keysTransferred: 0 });
    await expect(removeMember(ctx, { userId: eve.userId, keysTo: null })).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));
