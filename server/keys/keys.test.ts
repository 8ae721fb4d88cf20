import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { type Role, roles, scopes } from "#db/enums.ts";
import { auditLog } from "#db/schema/audit.ts";
import { snapshotVersion } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { projects } from "#db/schema/people.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { access } from "#server/access.rule.ts";
import { createKey } from "#server/keys/create.ts";
import { grantableScopes } from "#server/keys/grant.rule.ts";
import { listKeys } from "#server/keys/list.ts";
import { revokeKey } from "#server/keys/revoke.ts";
import { verifyKey } from "#server/keys/verify.ts";
import { until } from "#server/process.fixture.ts";
import { snapshotChannel } from "#server/signals/snapshot.ts";
import { testProject } from "#server/testing.ts";

const all = { q: "", show: "all", limit: 50 } as const;
const plain = { name: "ci", scopes: ["inference" as const], expiresInDays: null };

test("a key is shown once: the database holds only its HMAC and the last four characters", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const { key, id } = await createKey({ ...ctx, role: "admin" }, plain);
    const rows = JSON.stringify([await tx.select().from(apiKeys), await tx.select().from(auditLog)]);
    expect(rows).not.toContain(key);
    expect(rows).not.toContain(key.slice(3, 36));
    expect(rows).toContain(`"last4":"${key.slice(-4)}"`);
    expect(await verifyKey(ctx, key)).toEqual({ keyId: id, projectId, scopes: ["inference"] });
  }));

test("a wrong checksum is refused without a look-up", async () => {
  const noDatabase = { db: new Proxy(Object.create(null), { get: () => expect.fail("the database was asked") }) };
  const key = "lf_000000000000000000000000000000000AAAAAA";
  expect(await verifyKey(noDatabase, key)).toBeNull();
  expect(await verifyKey(noDatabase, "' or 1=1 --")).toBeNull();
});

test("a revoked key, an expired key and the key of an archived project are nobody", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const admin = { ...ctx, role: "admin" as const };
    const revoked = await createKey(admin, plain);
    const expiring = await createKey(admin, { ...plain, expiresInDays: 1 });
    const homeless = await createKey(admin, plain);
    await revokeKey(admin, { keyId: revoked.id });
    expect(await verifyKey(ctx, revoked.key)).toBeNull();
    expect(await verifyKey(ctx, expiring.key)).not.toBeNull();
    await tx.update(apiKeys).set({ expiresAt: sql`now()` }).where(eq(apiKeys.id, expiring.id));
    expect(await verifyKey(ctx, expiring.key)).toBeNull();
    const listed = await listKeys(admin, all);
    expect(listed.items.map((item) => item.status)).toEqual(["active", "expired", "revoked"]);
    expect((await listKeys(admin, { ...all, show: "ended" })).items).toHaveLength(2);
    await tx.update(projects).set({ archivedAt: sql`now()` }).where(eq(projects.id, projectId));
    expect(await verifyKey(ctx, homeless.key)).toBeNull();
    await expect(revokeKey(admin, { keyId: revoked.id })).rejects.toMatchObject({ code: "CONFLICT" });
  }));

test("gateways are told in the transaction that revokes", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await db.transaction((tx) => testProject(tx));
    const admin = { ...ctx, db, role: "admin" as const };
    const heard: string[] = [];
    const { unlisten } = await db.$client.listen(snapshotChannel, (payload) => heard.push(payload));
    const { id } = await createKey(admin, plain);
    const before = await db.select().from(snapshotVersion);
    await revokeKey(admin, { keyId: id });
    const after = await db.select().from(snapshotVersion);
    expect((after[0]?.version ?? 0) - (before[0]?.version ?? 0)).toBe(1);
    await until(async () => heard.length >= 2);
    expect(heard).toHaveLength(2);
    await unlisten();
  }));

test("a key of another project, or of somebody else, is not found", () =>
  inTx(async (tx) => {
    const here = await testProject(tx);
    const there = await testProject(tx);
    const { id } = await createKey({ ...here.ctx, role: "admin" }, plain);
    const stranger = { ...there.ctx, role: "admin" as const };
    await expect(revokeKey(stranger, { keyId: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listKeys(stranger, all)).items).toEqual([]);
    const developer = { ...here.ctx, actor: there.ctx.actor, role: "developer" as const };
    await expect(revokeKey(developer, { keyId: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const own = await createKey(developer, plain);
    expect((await listKeys(developer, all)).items.map((item) => item.id)).toEqual([own.id]);
    await revokeKey(developer, { keyId: own.id });
  }));

test("nobody grants more than the role itself may do", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const attempt = createKey({ ...ctx, role: "developer" }, { ...plain, scopes: ["admin"] });
    await expect(attempt).rejects.toMatchObject({ code: "FORBIDDEN", field: "scopes" });
    expect(await tx.$count(apiKeys)).toBe(0);
  }));

test("a key made by a role opens no procedure that the role itself may not call", () => {
  const stronger: string[] = [];
  for (const role of roles) {
    for (const [procedure, entry] of Object.entries(access)) {
      if (entry.who !== "project" || entry.scope === "admin") continue;
      if (grantableScopes(role).includes(entry.scope) && !entry.roles.includes(role))
        stronger.push(`${role}: ${procedure}`);
    }
  }
  expect(stronger).toEqual([]);
  expect(roles.filter((role: Role) => grantableScopes(role).includes("admin"))).toEqual(["admin"]);
  expect(grantableScopes(null)).toEqual(scopes);
});

test("a list is paged by id, newest first", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const admin = { ...ctx, role: "admin" as const };
    for (const name of ["a", "b", "c"]) await createKey(admin, { ...plain, name });
    const first = await listKeys(admin, { q: "", show: "live", limit: 2 });
    const second = await listKeys(admin, { q: "", show: "live", limit: 2, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map((item) => item.name)).toEqual(["c", "b", "a"]);
    expect(second.nextCursor).toBeNull();
  }));
