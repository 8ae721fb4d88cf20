import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { auditLog } from "#db/schema/audit.ts";
import { evals, scores, suites } from "#db/schema/evals.ts";
import { inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { deleteDatasetVersion } from "#server/datasets/delete-version.ts";
import { deleteEval, evalDeleteAffects } from "#server/evals/delete.ts";
import { deleteSuite, suiteDeleteAffects } from "#server/evals/delete-suite.ts";
import { listSuites } from "#server/evals/list-suites.ts";
import { showEval } from "#server/evals/show.ts";
import { startEval } from "#server/evals/start.ts";
import { addEval, addGround, addRun, cases } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { askGate } from "#server/promotions/gate.ts";
import { promoteModelVersion } from "#server/promotions/promote.ts";
import { testRun } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

/** `support/1`, judged better than `nano/1` on the suite `held out`. */
async function judged(ctx: Ctx) {
  const ground = await addGround(ctx);
  const version = await registerModelVersion(ctx, { runId: await addRun(ctx, ground) });
  const sides = { candidateVersionId: version.id, baselineVersionId: ground.baseVersionId };
  const on = { projectId: ctx.projectId, suiteId: ground.suiteId, ...sides };
  const evalId = await addEval(ctx.db, on, cases(40, [0, 1]));
  const answer = { prompt: [], reference: "yes", marks: { exact: 1 }, passed: true };
  await ctx.db
    .insert(scores)
    .values({ projectId: ctx.projectId, evalId, modelVersionId: version.id, caseIndex: 0, ...answer });
  return { ...ground, version, evalId };
}

test("an eval goes with its scores, the gate no longer sees it and the audit log names it", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { evalId, version } = await judged(ctx);
    await promoteModelVersion(ctx, { version: version.id });
    const name = `held out ${evalId.slice(-6)}`;
    expect(await evalDeleteAffects(ctx, { evalId })).toMatchObject({
      id: evalId,
      name,
      blockers: [],
      effects: [
        "1 answer with the scores; the promotion gate no longer sees the eval",
        "1 promotion (support/1) rests on it; the numbers stay in the audit log",
      ],
    });
    await deleteEval(ctx, { evalId });
    expect(await tx.select().from(evals)).toEqual([]);
    expect(await tx.select().from(scores)).toEqual([]);
    expect((await askGate(ctx, { version: version.id })).evalId).toBeNull();
    const [row] = await tx.select().from(auditLog).where(eq(auditLog.targetId, evalId));
    expect(row).toMatchObject({ action: "evals.delete", detail: { name } });
    await expect(showEval(ctx, { evalId })).rejects.toMatchObject({ reason: "deleted" });
  }));

test("an eval under way is cancelled first", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { evalId } = await judged(ctx);
    for (const status of ["queued", "running"] as const) {
      await tx.update(evals).set({ status });
      await expect(deleteEval(ctx, { evalId })).rejects.toThrow(`it is ${status}: cancel it first`);
    }
  }));

test("a suite's evals keep their results and its name is free again; one nobody used leaves no row", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { suiteId, evalId, datasetVersionId } = await judged(ctx);
    await testRun(ctx, { suiteId, status: "queued", name: "triage-2" });
    const affects = await suiteDeleteAffects(ctx, { suite: "held out" });
    expect(affects).toMatchObject({ id: suiteId, name: "held out", dear: true, blockers: [] });
    expect(affects.effects.slice(1)).toEqual([
      `1 eval (support/1 ${evalId.slice(-6)}) on it keeps its answers and results`,
      "1 run (triage-2) under way ends without the eval that it asked for",
      "The name held out is free again",
    ]);
    await deleteSuite(ctx, { suite: "held out" });
    expect((await listSuites(ctx)).items).toEqual([]);
    expect((await showEval(ctx, { evalId })).suite).toMatchObject({ name: "held out", deletedAt: expect.any(Date) });
    await expect(startEval(ctx, { suite: suiteId, candidate: "support/1", baseline: "nano" })).rejects.toThrow(
      "no suite",
    );
    const [old] = await tx.select().from(suites);
    if (!old) throw new Error("the tombstone is gone");
    const fresh = { ...old, id: "suite_fresh", archivedAt: null, deletedAt: null };
    await tx.insert(suites).values(fresh);
    await deleteSuite(ctx, { suite: "held out" });
    expect(await tx.select({ id: suites.id }).from(suites)).toEqual([{ id: suiteId }]);
    // what the suite asked from is free to go as well, and the eval still reads
    await deleteDatasetVersion(ctx, { ref: datasetVersionId });
    expect(await showEval(ctx, { evalId })).toMatchObject({ dataset: "tickets", datasetDeletedAt: expect.any(Date) });
  }));

test("a suite with an eval under way, or of another project, is not deleted", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { suiteId, evalId } = await judged(ctx);
    await tx.update(evals).set({ status: "running" });
    await expect(deleteSuite(ctx, { suite: "held out" })).rejects.toMatchObject({ code: "REFUSED", reason: "in_use" });
    const other = await testProject(tx);
    const found = { code: "NOT_FOUND" };
    await expect(deleteSuite(other.ctx, { suite: suiteId })).rejects.toMatchObject(found);
    await expect(suiteDeleteAffects(other.ctx, { suite: suiteId })).rejects.toMatchObject(found);
    await expect(deleteEval(other.ctx, { evalId })).rejects.toMatchObject(found);
    await expect(evalDeleteAffects(other.ctx, { evalId })).rejects.toMatchObject(found);
  }));
