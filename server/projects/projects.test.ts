import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { members, users } from "#db/schema/people.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { createUser } from "#server/people/create-user.ts";
import { createProject } from "#server/projects/create.ts";
import {
  acceptInvitation,
  inviteMember,
  joinProject,
  listInvitations,
  openLink,
  revokeInvitation,
} from "#server/projects/invitations.ts";
import { listProjects } from "#server/projects/list.ts";
import { listMembers, removeMember, setMemberRole } from "#server/projects/members.ts";
import { archiveProject, renameProject } from "#server/projects/settings.ts";
import { slugOf } from "#server/projects/slug.rule.ts";
import { testProject } from "#server/testing.ts";

const password = "a long enough password";

test("a slug is made of what the name says and never hides a page of the console", () => {
  expect(slugOf("Support triage (EU)")).toBe("support-triage-eu");
  expect(slugOf("Münchner Büro")).toBe("munchner-buro");
  expect(slugOf("API")).toBeNull();
  expect(slugOf("日本")).toBeNull();
  expect(slugOf(`${"x".repeat(39)} y`)).toBe("x".repeat(39));
});

test("a project of a taken name gets a number, and its creator is its admin", () =>
  inTx(async (tx) => {
    const { ctx, userId, enqueued } = await testProject(tx);
    const first = await createProject(ctx, { name: "Triage" });
    const second = await createProject(ctx, { name: "triage!" });
    expect([first.slug, second.slug]).toEqual(["triage", "triage-2"]);
    expect(enqueued.map((job) => job.name)).toEqual(["models.importSample", "models.importSample"]);
    const own = await listProjects(ctx);
    expect(own.filter((project) => project.role === "admin").map((project) => project.slug)).toContain("triage-2");
    await expect(createProject(ctx, { name: "settings" })).rejects.toMatchObject({ code: "INVALID", field: "name" });
    expect(await listProjects({ ...ctx, actor: `user:${newId("user")}` })).toEqual([]);
    const [member] = (await listMembers({ ...ctx, projectId: first.id })).items;
    expect(member).toMatchObject({ userId, role: "admin", liveKeys: 0, lastSeenAt: null });
  }));

test("an invitation makes an account with the invited e-mail and the given role, once", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { token, id } = await inviteMember(ctx, { email: "bob@example.test", role: "developer" });
    expect(await openLink(ctx, { token })).toMatchObject({
      kind: "member",
      email: "bob@example.test",
      hasAccount: false,
    });
    expect((await listInvitations(ctx)).items.map((invitation) => invitation.id)).toEqual([id]);
    const { userId } = await acceptInvitation(ctx, { token, name: "Bob", password });
    const bob = (await listMembers(ctx)).items.find((member) => member.userId === userId);
    expect(bob).toMatchObject({ email: "bob@example.test", role: "developer", isOwner: false });
    await expect(acceptInvitation(ctx, { token, name: "Eve", password })).rejects.toThrow("already used");
    await expect(inviteMember(ctx, { email: "bob@example.test", role: "admin" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    expect((await listInvitations(ctx)).total).toBe(0);
  }));

test("somebody with an account joins by signing in, and a refused attempt leaves the link usable", () =>
  inDatabase(async ({ db }) => {
    const { ctx, slug } = await db.transaction((tx) => testProject(tx));
    const live: Ctx = { ...ctx, db };
    const bob = await createUser(live, { name: "Bob", email: "bob@example.test", password, isOwner: false });
    const eve = await createUser(live, { name: "Eve", email: "eve@example.test", password, isOwner: false });
    const { token } = await inviteMember(live, { email: "bob@example.test", role: "viewer" });
    await expect(acceptInvitation(live, { token, name: "Bob", password })).rejects.toMatchObject({ code: "CONFLICT" });
    const asEve = joinProject({ ...live, actor: `user:${eve.userId}` }, { token });
    await expect(asEve).rejects.toMatchObject({ code: "FORBIDDEN" });
    const asBob = { ...live, actor: `user:${bob.userId}` as const };
    expect(await joinProject(asBob, { token })).toEqual({ projectSlug: slug });
    await expect(joinProject(asBob, { token })).rejects.toThrow("already used");
  }));

test("an invitation that was taken back no longer works", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { token, id } = await inviteMember(ctx, { email: "bob@example.test", role: "viewer" });
    const other = await testProject(tx);
    await expect(revokeInvitation(other.ctx, { invitationId: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await revokeInvitation(ctx, { invitationId: id });
    await expect(openLink(ctx, { token })).rejects.toThrow("taken back");
  }));

test("the last admin can neither leave nor become something else", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await testProject(tx);
    await expect(setMemberRole(ctx, { userId, role: "viewer" })).rejects.toMatchObject({ code: "REFUSED" });
  }));

test("two admins who remove each other at once leave one admin", () =>
  inDatabase(async ({ db }) => {
    const { ctx, userId, projectId } = await db.transaction((tx) => testProject(tx));
    const live: Ctx = { ...ctx, db };
    const otherId = newId("user");
    await db.insert(users).values({ id: otherId, email: "o@example.test", name: "O", passwordHash: "-" });
    await db.insert(members).values({ projectId, userId: otherId, role: "admin" });
    const results = await Promise.allSettled([
      removeMember(live, { userId, keysTo: null }),
      removeMember(live, { userId: otherId, keysTo: null }),
    ]);
    expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await db.$count(members, eq(members.projectId, projectId))).toBe(1);
  }));

test("a member of another project is not found", () =>
  inTx(async (tx) => {
    const here = await testProject(tx);
    const there = await testProject(tx);
    const attempt = setMemberRole(here.ctx, { userId: there.userId, role: "viewer" });
    await expect(attempt).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(removeMember(here.ctx, { userId: there.userId, keysTo: null })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  }));

test("a project is renamed without moving, and put away unless it is the last", () =>
  inDatabase(async ({ db }) => {
    const { ctx, slug } = await db.transaction((tx) => testProject(tx));
    const live: Ctx = { ...ctx, db };
    expect(await renameProject(live, { name: "New name" })).toMatchObject({ slug, name: "New name" });
    await expect(archiveProject(live)).rejects.toMatchObject({ code: "REFUSED" });
    await createProject(live, { name: "Another" });
    await archiveProject(live);
    expect((await listProjects(live)).map((project) => project.slug)).toEqual(["another"]);
    const actions = await db.select({ action: auditLog.action }).from(auditLog);
    expect(actions.map((row) => row.action)).toEqual(["projects.rename", "projects.create", "projects.archive"]);
  }));
