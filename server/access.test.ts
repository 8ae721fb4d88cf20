import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Pool } from "#db/client.ts";
import { type Role, roles, type Scope, scopes } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { members, projects, users } from "#db/schema/people.ts";
import { inDatabase } from "#db/testing.ts";
import { access, decideAccess, plainHandlers } from "#server/access.rule.ts";
import type { Caller } from "#server/enter-project.ts";
import { appRouter } from "#server/router.ts";
import { testStorage } from "#server/testing.ts";
import { createCallerFactory } from "#server/trpc.ts";

const createCaller = createCallerFactory(appRouter);
const procedures = Object.keys(appRouter._def.procedures);

test("every procedure has an entry in the access table, and every entry a procedure", () => {
  expect(procedures.filter((path) => !Object.hasOwn(access, path))).toEqual([]);
  expect(Object.keys(access).filter((path) => !procedures.includes(path))).toEqual(plainHandlers);
});

test("every procedure's verb stands in the folder that its name says", async () => {
  for (const domain of new Set(procedures.map((path) => path.slice(0, path.indexOf("."))))) {
    const source = await readFile(join(import.meta.dirname, domain, "router.ts"), "utf8");
    const verbs = source.matchAll(/^import \{ [a-z][^}]*\} from "#server\/(\w+)\//gm);
    for (const [line, folder] of verbs) expect(folder, line).toBe(domain);
  }
});

test("a procedure without an entry is denied to everybody, whatever its name", () => {
  for (const path of ["keys.createForAnyone", "__proto__", "constructor", "toString"]) {
    expect(decideAccess(path, { role: "admin", scopes: null }).allow).toBe(false);
    expect(decideAccess(path, { role: null, scopes: ["admin"] }).allow).toBe(false);
  }
});

/** A project with one member per role, and calls by whoever is named. */
async function house(db: Pool) {
  const storage = await testStorage();
  const projectId = newId("project");
  const slug = `p-${projectId.slice(-8)}`;
  await db.insert(projects).values({ id: projectId, slug, name: slug });
  const people = new Map<Role, string>();
  for (const role of roles) {
    const userId = newId("user");
    people.set(role, userId);
    await db.insert(users).values({ id: userId, email: `${role}@${slug}.test`, name: role, passwordHash: "-" });
    await db.insert(members).values({ projectId, userId, role });
  }
  const asUser = (userId: string): Caller => ({ kind: "user", userId, sessionId: newId("session"), isOwner: false });
  /** Calls without input: access is decided before input is read, so a denial and an invalid input differ. */
  async function call(caller: Caller | null, path: string, input?: unknown) {
    const ctx = { db, storage, enqueue: () => {}, caller, projectSlug: slug, requestId: "req_test" };
    const [domain = "", verb = ""] = path.split(".");
    const invoke: unknown = Reflect.get(Reflect.get(createCaller(ctx), domain), verb);
    if (typeof invoke !== "function") throw new Error(`${path} is not a procedure`);
    try {
      await invoke(input);
      return { code: "OK", message: "" };
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, "code") : null;
      return { code: String(code), message: error instanceof Error ? error.message : String(error) };
    }
  }
  return { projectId, slug, call, asUser, as: (role: Role) => asUser(people.get(role) ?? "") };
}

test("each role is let in and turned away exactly as the table says", () =>
  inDatabase(async ({ db }) => {
    const { call, as } = await house(db);
    const wrong: string[] = [];
    for (const path of procedures) {
      const entry = access[path];
      for (const role of roles) {
        const { code, message } = await call(as(role), path);
        const allowed = entry?.who === "project" ? entry.roles.includes(role) : entry?.who !== "owner";
        const denied = code === "FORBIDDEN" && /takes the role|only the owner/.test(message);
        if (denied === allowed) wrong.push(`${role} on ${path}: ${code} ${message}`);
      }
    }
    expect(wrong).toEqual([]);
  }));

test("each scope of a key opens its own procedures and no others; admin opens all of the project's", () =>
  inDatabase(async ({ db }) => {
    const { call, projectId } = await house(db);
    const wrong: string[] = [];
    for (const path of procedures) {
      const entry = access[path];
      for (const scope of scopes) {
        const key: Caller = { kind: "key", keyId: "key_1", projectId, scopes: [scope] satisfies Scope[] };
        const { code, message } = await call(key, path);
        const refused = (code === "FORBIDDEN" && message.includes("lacks the scope")) || code === "UNAUTHORIZED";
        const allowed = entry?.who === "anyone" || (entry?.who === "project" && [entry.scope, "admin"].includes(scope));
        if (refused === allowed) wrong.push(`${scope} on ${path}: ${code} ${message}`);
      }
    }
    expect(wrong).toEqual([]);
  }));

test("nobody gets in without signing in, and a stranger's project is not found", () =>
  inDatabase(async ({ db }) => {
    const { call, asUser } = await house(db);
    const stranger = asUser(newId("user"));
    for (const path of procedures) {
      const entry = access[path];
      if (entry?.who === "anyone") continue;
      expect([path, (await call(null, path)).code]).toEqual([path, "UNAUTHORIZED"]);
      if (entry?.who === "project") expect([path, (await call(stranger, path)).code]).toEqual([path, "NOT_FOUND"]);
    }
  }));

test("a key of one project finds nothing under the name of another", () =>
  inDatabase(async ({ db }) => {
    const here = await house(db);
    const there = await house(db);
    const key: Caller = { kind: "key", keyId: "key_1", projectId: there.projectId, scopes: ["admin"] };
    expect((await here.call(key, "projects.show")).code).toBe("NOT_FOUND");
    expect((await there.call(key, "projects.show")).code).toBe("OK");
  }));

test("a row of another project is not found by an admin of this one", () =>
  inDatabase(async ({ db }) => {
    const here = await house(db);
    const there = await house(db);
    const keys = createCaller({
      db,
      storage: await testStorage(),
      enqueue: () => {},
      projectSlug: there.slug,
      requestId: "req_test",
      caller: there.as("admin"),
    });
    const key = await keys.keys.create({ name: "theirs", scopes: ["inference"], expiresInDays: null });
    const invitation = await keys.projects.invite({ email: "new@example.test", role: "viewer" });
    const member = there.as("viewer");
    const userId = member.kind === "user" ? member.userId : "";
    const admin = here.as("admin");
    const attempts = [
      await here.call(admin, "keys.revoke", { keyId: key.id }),
      await here.call(admin, "projects.revokeInvitation", { invitationId: invitation.id }),
      await here.call(admin, "projects.removeMember", { userId }),
      await here.call(admin, "projects.setMemberRole", { userId, role: "admin" }),
    ];
    expect(attempts.map((attempt) => attempt.code)).toEqual(["NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]);
  }));

test("a change that a role may not make leaves a refused row in the audit log", () =>
  inDatabase(async ({ db }) => {
    const { call, as, projectId } = await house(db);
    await call(as("viewer"), "projects.rename", { name: "mine now" });
    await call(as("viewer"), "projects.members", {});
    const rows = await db.select().from(auditLog);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ projectId, action: "projects.rename", outcome: "refused" });
  }));
