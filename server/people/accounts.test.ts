import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import type { Role } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { members, passwordResets, sessions, users } from "#db/schema/people.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import type { Ctx, UnscopedCtx } from "#server/context.ts";
import { createUser } from "#server/people/create-user.ts";
import { disableAccount, enableAccount } from "#server/people/disable-account.ts";
import { listAccounts } from "#server/people/list-accounts.ts";
import { openPasswordReset, resetPassword, setPassword } from "#server/people/password-reset.ts";
import { findSession } from "#server/people/sessions.ts";
import { signIn } from "#server/people/sign-in.ts";
import { removeMember } from "#server/projects/members.ts";
import { testProject } from "#server/testing.ts";

const password = "a long enough password";
const from = { userAgent: null, network: null };

/** A project with its admin, and Bob in it with this role. */
async function withBob(tx: Tx, role: Role = "engineer") {
  const project = await testProject(tx);
  const visitor: UnscopedCtx = { ...project.ctx, actor: "system:sign-in" };
  const bob = await createUser(visitor, { name: "Bob", email: "bob@example.test", password, isOwner: false });
  await tx.insert(members).values({ projectId: project.projectId, userId: bob.userId, role });
  const asBob: Ctx = { ...project.ctx, actor: `user:${bob.userId}` };
  return { ...project, visitor, bob, asBob, local: { ...visitor, actor: "system:local-admin" as const } };
}

test("a disabled person is out at once, and enabling lets them sign in with the password they had", () =>
  inTx(async (tx) => {
    const { ctx, visitor, bob } = await withBob(tx);
    const { sessionId } = await signIn(visitor, { email: bob.email, password, ...from });
    expect(await disableAccount(ctx, { userId: bob.userId })).toMatchObject({ email: bob.email, sessionsEnded: 1 });
    expect(await findSession(ctx, sessionId)).toBeNull();
    await expect(signIn(visitor, { email: bob.email, password, ...from })).rejects.toThrow("account is disabled");
    const wrong = signIn(visitor, { email: bob.email, password: `not ${password}`, ...from });
    await expect(wrong).rejects.toThrow("do not match");
    await expect(disableAccount(ctx, { userId: bob.userId })).rejects.toMatchObject({ code: "CONFLICT" });
    await enableAccount(ctx, { userId: bob.userId });
    expect(await findSession(ctx, sessionId)).toBeNull();
    await signIn(visitor, { email: bob.email, password, ...from });
    const audit = await tx.select({ action: auditLog.action }).from(auditLog).where(eq(auditLog.actor, ctx.actor));
    expect(audit.map((row) => row.action)).toEqual(["people.disable", "people.enable"]);
  }));

test("an admin acts on accounts only of people whose every project they administer; the owner on anybody's", () =>
  inTx(async (tx) => {
    const { ctx, bob, asBob, userId, local } = await withBob(tx);
    const elsewhere = await testProject(tx);
    const target = { userId: bob.userId };
    await expect(disableAccount(elsewhere.ctx, target)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(disableAccount(asBob, { userId })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await tx.insert(members).values({ projectId: elsewhere.projectId, userId: bob.userId, role: "viewer" });
    for (const act of [disableAccount, resetPassword])
      await expect(act(ctx, target)).rejects.toThrow("in projects that you do not administer: ask the owner");
    await tx.update(users).set({ isOwner: true }).where(eq(users.id, elsewhere.userId));
    await disableAccount(elsewhere.ctx, target);
    await enableAccount(local, target);
  }));

test("the owner's account is only acted on by the machine's own shell, and one's own by nobody", () =>
  inTx(async (tx) => {
    const { ctx, bob, userId, local } = await withBob(tx, "admin");
    await tx.update(users).set({ isOwner: true }).where(eq(users.id, bob.userId));
    await expect(resetPassword(ctx, { userId: bob.userId })).rejects.toThrow("only the shell of its machine");
    await expect(disableAccount(ctx, { userId })).rejects.toThrow("your own account");
    expect(await resetPassword(local, { userId: bob.userId })).toMatchObject({ email: bob.email });
  }));

test("the only enabled admin of a project is not disabled, and two who disable each other leave one", () =>
  inDatabase(async ({ db }) => {
    const { ctx, userId, bob, asBob, local, slug } = await db.transaction((tx) => withBob(tx, "admin"));
    const [ada, live, shell] = [ctx, asBob, local].map((each) => ({ ...each, db }));
    if (!ada || !live || !shell) throw new Error("three callers");
    const both = await Promise.allSettled([
      disableAccount(ada, { userId: bob.userId }),
      disableAccount(live, { userId }),
    ]);
    expect(both.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
    const [left] = await db.select({ id: users.id }).from(users).where(sql`${users.disabledAt} is null`);
    await expect(disableAccount(shell, { userId: left?.id ?? "" })).rejects.toThrow(`the only admin of ${slug}`);
  }));

test("a password link works once, ends every session, and a newer one or a disabled account takes it back", () =>
  inTx(async (tx) => {
    const { ctx, visitor, bob } = await withBob(tx);
    const { sessionId } = await signIn(visitor, { email: bob.email, password, ...from });
    const old = await resetPassword(ctx, { userId: bob.userId });
    const { token } = await resetPassword(ctx, { userId: bob.userId });
    const next = "another long password";
    await expect(setPassword(visitor, { token: old.token, password: next })).rejects.toThrow("replaced");
    expect(await openPasswordReset(ctx, token)).toMatchObject({ email: bob.email, name: "Bob" });
    await expect(setPassword(visitor, { token, password: "Password123!" })).rejects.toMatchObject({ code: "INVALID" });
    expect(await findSession(ctx, sessionId)).not.toBeNull();
    await setPassword(visitor, { token, password: next });
    expect(await findSession(ctx, sessionId)).toBeNull();
    await expect(setPassword(visitor, { token, password })).rejects.toThrow("already used");
    await signIn(visitor, { email: bob.email, password: next, ...from });
    const third = await resetPassword(ctx, { userId: bob.userId });
    await disableAccount(ctx, { userId: bob.userId });
    await enableAccount(ctx, { userId: bob.userId });
    await expect(openPasswordReset(ctx, third.token)).rejects.toThrow("taken back");
    expect(JSON.stringify(await tx.select().from(passwordResets))).not.toContain(third.token);
  }));

test("a password link has an end, and one made by somebody disabled since sets nothing", () =>
  inTx(async (tx) => {
    const { ctx, userId, bob, visitor } = await withBob(tx, "admin");
    const { token } = await resetPassword(ctx, { userId: bob.userId });
    await tx.update(users).set({ disabledAt: sql`now()` }).where(eq(users.id, userId));
    await expect(setPassword(visitor, { token, password: "another long password" })).rejects.toThrow("taken back");
    await tx.update(users).set({ disabledAt: null });
    await tx.update(passwordResets).set({ expiresAt: sql`now()` });
    await expect(setPassword(visitor, { token, password: "another long password" })).rejects.toThrow("expired");
  }));

test("a password link ends when whoever made it is no admin of the person's projects any more", () =>
  inTx(async (tx) => {
    const { ctx, projectId, bob, asBob, visitor, userId } = await withBob(tx, "admin");
    await tx.update(users).set({ isOwner: false }).where(eq(users.id, userId));
    const { token } = await resetPassword(asBob, { userId });
    expect(await openPasswordReset(visitor, token)).toMatchObject({ userId });
    await removeMember(ctx, { userId: bob.userId, keysTo: null });
    const next = { token, password: "another long password" };
    await expect(setPassword(visitor, next)).rejects.toThrow("taken back");
    await tx.insert(members).values({ projectId, userId: bob.userId, role: "admin" });
    expect(await setPassword(visitor, next)).toMatchObject({ email: expect.any(String) });
  }));

test("every account is listed with its projects and roles", () =>
  inTx(async (tx) => {
    const { local, visitor, bob, slug } = await withBob(tx, "operator");
    await tx.insert(users).values({ id: newId("user"), email: "z@example.test", name: "Zoe", passwordHash: "-" });
    const { sessionId } = await signIn(visitor, { email: bob.email, password, ...from });
    const [session] = await tx.select().from(sessions).where(eq(sessions.id, sessionId));
    const { items } = await listAccounts(local);
    expect(items.map((item) => item.email)).toEqual([bob.email, expect.any(String), "z@example.test"]);
    expect(items[0]).toMatchObject({
      disabledAt: null,
      lastSeenAt: session?.lastSeenAt,
      roles: [{ project: slug, role: "operator" }],
    });
    expect(items[0]?.lastSeenAt).toBeInstanceOf(Date);
    expect(items[2]).toMatchObject({ lastSeenAt: null, roles: [] });
  }));
