import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Pool, Tx } from "#db/client.ts";
import type { Role, Scope } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { members, users } from "#db/schema/people.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { loadSnapshot } from "#server/gateway/snapshot/load.ts";
import { createKey } from "#server/keys/create.ts";
import { listKeys } from "#server/keys/list.ts";
import { listKeysOfMember } from "#server/keys/list-of-member.ts";
import { verifyKey } from "#server/keys/verify.ts";
import { disableAccount, enableAccount } from "#server/people/disable-account.ts";
import { acceptInvitation, inviteMember, listInvitations, openLink } from "#server/projects/invitations.ts";
import { removeMember, setMemberRole } from "#server/projects/members.ts";
import { testProject } from "#server/testing.ts";

const plain = { name: "ci", expiresInDays: null };
const all = { q: "", show: "all", limit: 50 } as const;

/** A project with its admin Ada, and Bob in it with a key of these scopes. */
async function withBob(tx: Tx, role: Role = "engineer", scopes: Scope[] = ["inference", "runs:write"]) {
  const project = await testProject(tx);
  const bobId = newId("user");
  await tx.insert(users).values({ id: bobId, email: `${bobId}@example.test`, name: "Bob", passwordHash: "-" });
  await tx.insert(members).values({ projectId: project.projectId, userId: bobId, role });
  const asBob = { ...project.ctx, actor: `user:${bobId}` as const, role };
  const key = await createKey(asBob, { ...plain, scopes });
  return { ...project, bobId, asBob, key };
}

const scopesOf = async (ctx: Parameters<typeof verifyKey>[0], key: string) =>
  (await verifyKey(ctx, key))?.scopes ?? null;

test("whoever is removed takes their keys with them, in the same transaction, those made with a key too", () =>
  inTx(async (tx) => {
    const { ctx, bobId, key } = await withBob(tx, "admin", ["admin"]);
    const withKey = { ...ctx, actor: `key:${key.id}` as const, role: null };
    const second = await createKey(withKey, { ...plain, name: "made with a key", scopes: ["inference"] });
    expect(await removeMember(ctx, { userId: bobId, keysTo: null })).toMatchObject({ keysRevoked: 2 });
    expect([await verifyKey(ctx, key.key), await verifyKey(ctx, second.key)]).toEqual([null, null]);
    const rows = await tx.select({ revokedAt: apiKeys.revokedAt }).from(apiKeys);
    expect(rows.every((row) => row.revokedAt !== null)).toBe(true);
    const revoked = await tx.$count(auditLog, eq(auditLog.action, "keys.revoke"));
    expect(revoked).toBe(2);
  }));

test("the remover sees which keys go, the last used first, and may hand them to another member", () =>
  inTx(async (tx) => {
    const { ctx, bobId, key, userId, asBob } = await withBob(tx);
    const unused = await createKey(asBob, { ...plain, name: "unused", scopes: ["inference"] });
    await verifyKey(ctx, key.key);
    const shown = await listKeysOfMember(ctx, { userId: bobId });
    expect(shown.items.map((item) => [item.name, item.lastUsedAt !== null])).toEqual([
      ["ci", true],
      ["unused", false],
    ]);
    const stranger = await testProject(tx);
    for (const keysTo of [bobId, stranger.userId])
      await expect(removeMember(ctx, { userId: bobId, keysTo })).rejects.toMatchObject({ field: "keysTo" });
    expect(await removeMember(ctx, { userId: bobId, keysTo: userId })).toMatchObject({ keysTransferred: 2 });
    expect(await scopesOf(ctx, unused.key)).toEqual(["inference"]);
    const { items } = await listKeys({ ...ctx, role: "admin" }, all);
    expect(items.map((item) => [item.ownerName, item.createdBy])).toEqual([
      ["Ada", `user:${bobId}`],
      ["Ada", `user:${bobId}`],
    ]);
  }));

test("a key opens no more than its owner's present role, and all of it again when the role is raised", () =>
  inTx(async (tx) => {
    const { ctx, bobId, key } = await withBob(tx);
    const loses = await listKeysOfMember(ctx, { userId: bobId, role: "developer" });
    expect(loses.items[0]?.loses).toEqual(["runs:write"]);
    await setMemberRole(ctx, { userId: bobId, role: "developer" });
    expect(await scopesOf(ctx, key.key)).toEqual(["inference"]);
    const { items } = await listKeys({ ...ctx, role: "admin" }, all);
    expect(items[0]).toMatchObject({ status: "active", withheld: ["runs:write"] });
    await setMemberRole(ctx, { userId: bobId, role: "viewer" });
    expect(await scopesOf(ctx, key.key)).toEqual([]);
    await setMemberRole(ctx, { userId: bobId, role: "engineer" });
    expect(await scopesOf(ctx, key.key)).toEqual(["inference", "runs:write"]);
  }));

test("a disabled owner's keys stop and come back with them; the project's own keys never stop", () =>
  inTx(async (tx) => {
    const { ctx, bobId, key } = await withBob(tx);
    const own = await createKey({ ...ctx, actor: "system:local-admin", role: null }, { ...plain, scopes: ["admin"] });
    await disableAccount(ctx, { userId: bobId });
    expect([await scopesOf(ctx, key.key), await scopesOf(ctx, own.key)]).toEqual([null, ["admin"]]);
    const { items } = await listKeys({ ...ctx, role: "admin" }, all);
    expect(items.map((item) => item.status)).toEqual(["active", "stopped"]);
    await enableAccount(ctx, { userId: bobId });
    expect(await scopesOf(ctx, key.key)).toEqual(["inference", "runs:write"]);
  }));

test("the gateways are told at once, and know neither the keys nor the person", () =>
  inDatabase(async ({ db }) => {
    const { ctx, bobId, key, projectId } = await db.transaction((tx) => withBob(tx));
    const live = { ...ctx, db };
    const keysOf = async (pool: Pool) => {
      const snapshot = await loadSnapshot(pool);
      const known = [...snapshot.keys.values()].find((each) => each.id === key.id);
      return {
        version: snapshot.version,
        scopes: known?.scopes,
        isIn: snapshot.projects.get(projectId)?.members.has(`user:${bobId}`),
      };
    };
    const before = await keysOf(db);
    expect(before).toMatchObject({ scopes: ["inference", "runs:write"], isIn: true });
    await setMemberRole(live, { userId: bobId, role: "developer" });
    expect(await keysOf(db)).toEqual({ version: before.version + 1, scopes: ["inference"], isIn: true });
    await disableAccount(live, { userId: bobId });
    expect(await keysOf(db)).toEqual({ version: before.version + 2, scopes: undefined, isIn: false });
    await enableAccount(live, { userId: bobId });
    await removeMember(live, { userId: bobId, keysTo: null });
    expect(await keysOf(db)).toEqual({ version: before.version + 4, scopes: undefined, isIn: false });
  }));

test("invitations by somebody who left, was disabled or is no admin any more let nobody in", () =>
  inTx(async (tx) => {
    const { ctx, bobId, asBob } = await withBob(tx, "admin");
    const invite = (email: string) => inviteMember(asBob, { email, role: "admin" });
    const first = await invite("one@example.test");
    await tx.update(users).set({ disabledAt: sql`now()` }).where(eq(users.id, bobId));
    await expect(openLink(ctx, { token: first.token })).rejects.toThrow("taken back");
    await tx.update(users).set({ disabledAt: null });
    expect(await openLink(ctx, { token: first.token })).toMatchObject({ kind: "member" });
    await setMemberRole(ctx, { userId: bobId, role: "engineer" });
    await expect(openLink(ctx, { token: first.token })).rejects.toThrow("taken back");
    await setMemberRole(ctx, { userId: bobId, role: "admin" });
    const second = await invite("two@example.test");
    expect(await removeMember(ctx, { userId: bobId, keysTo: null })).toMatchObject({ invitationsRevoked: 1 });
    const attempt = acceptInvitation(ctx, { token: second.token, name: "Two", password: "a long enough password" });
    await expect(attempt).rejects.toThrow("taken back");
    expect((await listInvitations(ctx)).total).toBe(0);
  }));

test("an invitation made with a key of somebody who left lets nobody in", () =>
  inTx(async (tx) => {
    const { ctx, bobId, key, userId } = await withBob(tx, "admin", ["admin"]);
    const withKey = { ...ctx, actor: `key:${key.id}` as const };
    const { token } = await inviteMember(withKey, { email: "one@example.test", role: "admin" });
    expect(await openLink(ctx, { token })).toMatchObject({ kind: "member" });
    await removeMember(ctx, { userId: bobId, keysTo: userId });
    expect(await openLink(ctx, { token })).toMatchObject({ kind: "member" }); // Ada stands for the key now
    await tx.update(apiKeys).set({ revokedAt: sql`now()` });
    await expect(openLink(ctx, { token })).rejects.toThrow("taken back");
  }));
