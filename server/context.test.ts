import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { projects } from "#db/schema/people.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { recordAudit } from "#server/audit/record.ts";
import { type Enqueue, transact } from "#server/context.ts";
import { testProject } from "#server/testing.ts";

test("a bell rung inside a nested transaction waits for the outermost commit", () =>
  inDatabase(async ({ db }) => {
    const rung: string[] = [];
    const enqueue: Enqueue = (name) => void rung.push(name);
    const ctx = { db, actor: "system:test" as const, enqueue };
    await transact(ctx, async (outer) => {
      await transact(outer, async (inner) => inner.enqueue("ops.sweep", {}));
      expect(rung).toEqual([]);
    });
    expect(rung).toEqual(["ops.sweep"]);
  }));

test("a rollback drops both the rows and the bells", () =>
  inDatabase(async ({ db }) => {
    const rung: string[] = [];
    const enqueue: Enqueue = (name) => void rung.push(name);
    const ctx = { db, actor: "system:test" as const, enqueue };
    const id = newId("project");
    const doomed = transact(ctx, async (tx) => {
      await tx.db.insert(projects).values({ id, slug: "gone", name: "gone" });
      await recordAudit({ ...tx, projectId: id }, "projects.create", id);
      tx.enqueue("ops.sweep", {});
      throw new Error("no");
    });
    await expect(doomed).rejects.toThrow("no");
    expect(rung).toEqual([]);
    expect(await db.select().from(auditLog)).toEqual([]);
    expect(await db.select().from(projects)).toEqual([]);
  }));

test("an audit row names actor, action and target", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await testProject(tx);
    await recordAudit(ctx, "keys.create", "key_1", { name: "ci" });
    const rows = await tx.execute(sql`select actor, action, target_id, outcome from audit_log`);
    expect(rows[0]).toEqual({ actor: `user:${userId}`, action: "keys.create", target_id: "key_1", outcome: "done" });
  }));
