import { expect, test } from "vitest";
import { members, projects, users } from "#db/schema/people.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { adoptTransaction, type UnscopedCtx } from "#server/context.ts";
import { createFirstAdminLink } from "#server/people/first-admin.ts";
import { createProject } from "#server/projects/create.ts";
import { claimFirstAdmin, ensureFirstAdmin } from "#server/projects/first-admin.ts";
import { openLink } from "#server/projects/invitations.ts";

const ada = { name: "Ada", email: "ada@example.test", password: "a long enough password" };

test("an account from the settings is made once, with the project default and its sample model on order", () =>
  inTx(async (tx) => {
    adoptTransaction(tx);
    const enqueued: unknown[] = [];
    const ctx: UnscopedCtx = {
      db: tx,
      actor: "system:setup",
      enqueue: (name, payload) => void enqueued.push({ name, payload }),
    };
    const account = { email: "Ada@Example.test", password: ada.password };
    expect(await ensureFirstAdmin(ctx, account)).toEqual({ state: "created", email: "ada@example.test" });
    expect(await ensureFirstAdmin(ctx, { ...account, password: "another password" })).toEqual({ state: "exists" });
    const [project] = await tx.select().from(projects);
    expect(project?.slug).toBe("default");
    expect((await tx.select().from(members)).map((member) => member.role)).toEqual(["admin"]);
    expect(enqueued).toEqual([{ name: "models.importSample", payload: { projectId: project?.id } }]);
  }));

test("before anybody has an account there is a project to work in, and the first admin adopts all there are", () =>
  inTx(async (tx) => {
    adoptTransaction(tx);
    const enqueued: unknown[] = [];
    const ctx: UnscopedCtx = { db: tx, actor: "system:setup", enqueue: (name) => void enqueued.push(name) };
    await ensureFirstAdmin(ctx, null);
    const link = await ensureFirstAdmin(ctx, null);
    if (link.state !== "link") throw new Error("a link is shown until somebody used it");
    await createProject({ ...ctx, actor: "system:local-admin" }, { name: "Triage" });
    expect((await tx.select().from(projects)).map((project) => project.slug).sort()).toEqual(["default", "triage"]);
    expect(enqueued).toEqual(["models.importSample", "models.importSample"]);
    expect(await tx.$count(members)).toBe(0);
    const { projectSlug, userId } = await claimFirstAdmin(ctx, { ...ada, token: link.path.replace("/welcome/", "") });
    expect(projectSlug).toBe("default");
    const joined = await tx.select({ userId: members.userId, role: members.role }).from(members);
    expect(joined).toEqual([
      { userId, role: "admin" },
      { userId, role: "admin" },
    ]);
  }));

test("a first-admin link works once, and a new one takes back the old", () =>
  inTx(async (tx) => {
    adoptTransaction(tx);
    const ctx: UnscopedCtx = { db: tx, actor: "system:setup", enqueue: () => {} };
    const old = await createFirstAdminLink(ctx);
    const { token } = await createFirstAdminLink(ctx);
    await expect(openLink(ctx, { token: old.token })).rejects.toThrow("replaced");
    await expect(claimFirstAdmin(ctx, { ...ada, token: old.token })).rejects.toThrow("replaced");
    expect(await openLink(ctx, { token })).toEqual({ kind: "first-admin" });
    const claimed = await claimFirstAdmin(ctx, { ...ada, token });
    expect(claimed.projectSlug).toBe("default");
    expect((await tx.select().from(users)).map((user) => [user.email, user.isOwner])).toEqual([[ada.email, true]]);
    await expect(claimFirstAdmin(ctx, { ...ada, token, email: "eve@example.test" })).rejects.toThrow("already used");
    await expect(createFirstAdminLink(ctx)).rejects.toMatchObject({ code: "CONFLICT" });
  }));

test("the link's token is not in the database, and a token nobody issued is unknown", () =>
  inTx(async (tx) => {
    adoptTransaction(tx);
    const ctx: UnscopedCtx = { db: tx, actor: "system:setup", enqueue: () => {} };
    const { token } = await createFirstAdminLink(ctx);
    const stored = JSON.stringify(await tx.query.invitations.findMany());
    expect(stored).not.toContain(token);
    await expect(openLink(ctx, { token: "A".repeat(43) })).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));

test("of two people who hold the link at the same moment, one gets in", () =>
  inDatabase(async ({ db }) => {
    const ctx: UnscopedCtx = { db, actor: "system:setup", enqueue: () => {} };
    const { token } = await createFirstAdminLink(ctx);
    const claims = await Promise.allSettled(
      ["a", "b", "c"].map((who) => claimFirstAdmin(ctx, { ...ada, token, email: `${who}@example.test` })),
    );
    expect(claims.filter((claim) => claim.status === "fulfilled")).toHaveLength(1);
    expect(await db.$count(users)).toBe(1);
  }));
