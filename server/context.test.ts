import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { snapshotVersion } from "#db/schema/gateway.ts";
import { projects } from "#db/schema/people.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { Enqueue } from "#server/jobs/catalog.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { until } from "#server/process.fixture.ts";
import { liveChannel } from "#server/signals/live.ts";
import { snapshotChannel } from "#server/signals/snapshot.ts";
import { testProject } from "#server/testing.ts";

test("a job enqueued inside a nested transaction waits for the outermost commit", () =>
  inDatabase(async ({ db }) => {
    const enqueued: string[] = [];
    const enqueue: Enqueue = (name) => void enqueued.push(name);
    const ctx = { db, actor: "system:test" as const, enqueue };
    await transact(ctx, async (outer) => {
      await transact(outer, async (inner) => inner.enqueue("ops.sweep", {}));
      expect(enqueued).toEqual([]);
    });
    expect(enqueued).toEqual(["ops.sweep"]);
  }));

test("a rollback drops both the rows and the jobs", () =>
  inDatabase(async ({ db }) => {
    const enqueued: string[] = [];
    const enqueue: Enqueue = (name) => void enqueued.push(name);
    const ctx = { db, actor: "system:test" as const, enqueue };
    const id = newId("project");
    const doomed = transact(ctx, async (tx) => {
      await tx.db.insert(projects).values({ id, slug: "gone", name: "gone" });
      const inside = { ...tx, projectId: id };
      inside.changed({ action: "projects.create", id, detail: { slug: "gone" } });
      tx.enqueue("ops.sweep", {});
      throw new Error("no");
    });
    await expect(doomed).rejects.toThrow("no");
    expect(enqueued).toEqual([]);
    expect(await db.select().from(auditLog)).toEqual([]);
    expect(await db.select().from(snapshotVersion)).toMatchObject([{ version: 1 }]);
    expect(await db.select().from(projects)).toEqual([]);
  }));

/** A committed project, and what it says while `fn` runs. */
async function listening(fn: (on: { ctx: Ctx; heard: string[] }) => Promise<void>) {
  await inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const heard: string[] = [];
    const said = await db.$client.listen(liveChannel, (notice) => void heard.push(notice));
    const bumped = await db.$client.listen(snapshotChannel, () => void heard.push("snapshot"));
    await fn({ ctx, heard });
    await said.unlisten();
    await bumped.unlisten();
  });
}

const priced = (id: string) => ({ action: "economics.setPrice", id, detail: { input: "1", output: "2" } }) as const;
const cancelled = (id: string) => ({ action: "runs.cancel", id, detail: { status: "cancelled" } }) as const;

test("many changes of one transaction are written once it ends: in their order, each hint once, one bump", () =>
  listening(async ({ ctx, heard }) => {
    const { db, projectId } = ctx;
    await transact(ctx, async (ctx) => {
      ctx.changed(priced("mod_1"));
      await transact({ ...ctx, actor: "system:nested" }, async (ctx) => {
        ctx.changed(cancelled("run_1"));
        ctx.rerouted([projectId]);
      });
      ctx.changed(cancelled("run_1"));
      ctx.changed(priced("mod_2"));
      ctx.changed({ action: "runs.start", id: null, outcome: "refused", detail: { why: "no" } });
      expect(await ctx.db.$count(auditLog)).toBe(0);
      expect(await ctx.db.select().from(snapshotVersion)).toMatchObject([{ version: 1 }]);
    });
    const rows = await db.select().from(auditLog).orderBy(auditLog.id);
    expect(rows.map((row) => [row.action, row.targetId, row.actor, row.outcome, row.projectId])).toEqual([
      ["economics.setPrice", "mod_1", "system:jobs", "done", projectId],
      ["runs.cancel", "run_1", "system:nested", "done", projectId],
      ["runs.cancel", "run_1", "system:jobs", "done", projectId],
      ["economics.setPrice", "mod_2", "system:jobs", "done", projectId],
      ["runs.start", null, "system:jobs", "refused", projectId],
    ]);
    expect(rows[0]?.detail).toEqual({ input: "1", output: "2" });
    expect(await db.select().from(snapshotVersion)).toMatchObject([{ version: 2 }]);
    await until(async () => heard.includes("snapshot"));
    const topic = `project:${projectId}`;
    expect(heard).toEqual([
      ...[
        { topic, kind: "economics", id: "mod_1" },
        { topic, kind: "runs", id: "run_1" },
        { topic, kind: "economics", id: "mod_2" },
      ].map((notice) => JSON.stringify(notice)),
      "snapshot",
    ]);
  }));

test("what is said under another actor or in another project is recorded there, and an account's outside all", () =>
  listening(async ({ ctx, heard }) => {
    await transact(ctx, async (ctx) => {
      const asAda = { ...ctx, actor: "user:ada" as const, projectId: "proj_2" };
      asAda.changed(cancelled("run_1"));
      asAda.changed({ action: "people.enable", id: "user_1", heardIn: ["proj_3", "proj_4"] });
    });
    const rows = await ctx.db.select().from(auditLog).orderBy(auditLog.id);
    expect(rows.map((row) => [row.action, row.actor, row.projectId])).toEqual([
      ["runs.cancel", "user:ada", "proj_2"],
      ["people.enable", "user:ada", null],
    ]);
    await until(async () => heard.includes("snapshot"));
    expect(heard.map((notice) => notice.match(/proj_\d.*(projects|keys|runs)/)?.[0].replace(/".*"/, " "))).toEqual([
      ...["proj_2 runs", "proj_3 projects", "proj_4 projects", "proj_3 keys", "proj_4 keys"],
      undefined,
    ]);
  }));

test("nothing can be said once the transaction has ended", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const kept = await transact(ctx, async (ctx) => ctx);
    expect(() => kept.changed(cancelled("run_1"))).toThrow("its transaction had ended");
    expect(await db.$count(auditLog)).toBe(0);
  }));

test("in a transaction that a test opened, a verb's rows stand there when it returns", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await testProject(tx);
    await transact(ctx, (ctx) => transact(ctx, async (ctx) => ctx.changed(cancelled("run_1"))));
    expect(await tx.select().from(auditLog)).toMatchObject([
      { actor: `user:${userId}`, action: "runs.cancel", targetId: "run_1", outcome: "done" },
    ]);
  }));
