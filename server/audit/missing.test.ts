import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { inTx } from "#db/testing.ts";
import { missing } from "#server/audit/missing.ts";
import { namesOfTargets } from "#server/audit/target-names.ts";
import type { Ctx } from "#server/context.ts";
import { testBase, testDataset, testRun } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

type Row = Partial<typeof auditLog.$inferInsert>;

async function wrote(ctx: Ctx, targetId: string, more: Row = {}) {
  const row = { id: newId("audit"), projectId: ctx.projectId, actor: ctx.actor, targetId, outcome: "done" as const };
  const createdAt = new Date("2026-03-01T10:20:30Z");
  await ctx.db
    .insert(auditLog)
    .values({ ...row, createdAt, action: "runs.delete", detail: { name: "triage-1" }, ...more });
}

test("what was deleted says when and by whom, under the name it had", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    await wrote(ctx, "run_1");
    expect(await missing(ctx, "run", "run_1", "runId")).toMatchObject({
      code: "NOT_FOUND",
      reason: "deleted",
      field: "runId",
      message: "the run triage-1 was deleted on 2026-03-01 10:20 UTC by Ada",
    });
  }));

test("a row without a name or by the system itself says what is left: the id and the time", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    await wrote(ctx, "run_1", { actor: "system:jobs", detail: {} });
    expect((await missing(ctx, "run", "run_1")).message).toBe("the run run_1 was deleted on 2026-03-01 10:20 UTC");
  }));

test("a refused deletion, another action, another project's or another thing's row is no deletion", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { ctx: strange } = await testProject(tx);
    await wrote(ctx, "run_1", { outcome: "refused" });
    await wrote(ctx, "run_1", { action: "runs.cancel", detail: { status: "cancelled" } });
    await wrote(strange, "run_1");
    await wrote(ctx, "run_2");
    expect(await missing(ctx, "run", "run_1")).toMatchObject({ reason: null, message: "there is no run run_1" });
  }));

test("of two deletions the last is told", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    await wrote(ctx, "run_1", { createdAt: new Date("2026-03-02T00:00:00Z"), detail: { name: "later" } });
    await wrote(ctx, "run_1");
    expect((await missing(ctx, "run", "run_1")).message).toContain("the run later was deleted on 2026-03-02");
  }));

test("a long reference is cut, and a hint is asked for only where it is needed", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    let asked = 0;
    const hint = async () => {
      asked += 1;
      return ": choose another";
    };
    const { message } = await missing(ctx, "run", "x".repeat(10_000), undefined, hint);
    expect(message.length).toBeLessThan(120);
    expect(message).toMatch(/^there is no run x+.*: choose another$/);
    await wrote(ctx, "run_1");
    await missing(ctx, "run", "run_1", undefined, hint);
    expect(asked).toBe(1);
  }));

test("things of every kind are named as people call them, each once; ids of nothing are left out", () =>
  inTx(async (tx) => {
    const { ctx, projectId, userId } = await testProject(tx);
    const base = await testBase(ctx, { name: "nano" });
    const data = await testDataset(ctx);
    const run = await testRun(ctx, { baseVersionId: base.id, datasetVersionId: data.id, name: "first" });
    const ids = [userId, base.modelId, base.id, base.id, data.id, run, newId("run"), "run_", "", "nonsense"];
    const names = await namesOfTargets(ctx, ids);
    expect([userId, base.modelId, base.id, run].map((id) => names.get(id))).toEqual(["Ada", "nano", "nano/1", "first"]);
    expect(names.get(data.id)).toMatch(/^data-.{8} v1$/);
    expect(names.size).toBe(5);
    const { ctx: strange } = await testProject(tx);
    expect([...(await namesOfTargets(strange, ids)).keys()]).toEqual([userId]);
    expect([...(await namesOfTargets({ db: tx, projectId: null }, [...ids, projectId])).keys()].sort()).toEqual(
      [projectId, userId].sort(),
    );
    expect(await namesOfTargets(ctx, [])).toEqual(new Map());
  }));
