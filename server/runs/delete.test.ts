import { eq, inArray } from "drizzle-orm";
import { expect, test } from "vitest";
import { auditLog } from "#db/schema/audit.ts";
import { artifactFiles, artifacts } from "#db/schema/models.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import { files } from "#db/schema/storage.ts";
import { inTx } from "#db/testing.ts";
import { createFileOn } from "#server/datasets/files/create.ts";
import { lineageOf } from "#server/models/lineage.ts";
import { addGround, addRun } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { showModel } from "#server/models/show.ts";
import { projectDeleteAffects } from "#server/projects/delete.ts";
import { deleteRun, runDeleteAffects } from "#server/runs/delete.ts";
import { listRuns } from "#server/runs/list.ts";
import { nameRun } from "#server/runs/name-run.ts";
import { showRun } from "#server/runs/show.ts";
import { testBase, testRun } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

test("a run that made nothing goes with its events, its artifacts and its metrics file", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const ground = await addGround(ctx);
    const id = await addRun(ctx, ground, { status: "failed", name: "triage-1" });
    await tx
      .insert(runEvents)
      .values({ projectId, runId: id, seq: 1, type: "metric", at: new Date(), body: { step: 1 } });
    const blob = { sha256: "c".repeat(64), bytes: 3 };
    const file = await createFileOn(ctx, { filename: "metrics.csv", purpose: "fine-tune-results", blob });
    await tx.update(runs).set({ resultFileId: file.id }).where(eq(runs.id, id));
    expect(await runDeleteAffects(ctx, { runId: "triage-1" })).toMatchObject({
      id,
      name: "triage-1",
      dear: false,
      blockers: [],
      bytes: 32,
      effects: [expect.stringContaining("(1 event)")],
    });
    await deleteRun(ctx, { runId: "triage-1" });
    expect(await tx.select().from(runs)).toEqual([]);
    expect(await tx.select().from(runEvents)).toEqual([]);
    expect(await tx.select().from(artifacts).where(eq(artifacts.runId, id))).toEqual([]);
    expect(await tx.select({ path: artifactFiles.path }).from(artifactFiles)).toEqual([{ path: "model.gguf" }]);
    expect(await tx.select().from(files)).toMatchObject([{ id: file.id, deletedAt: expect.any(Date) }]);
    const [row] = await tx.select().from(auditLog).where(eq(auditLog.targetId, id));
    expect(row).toMatchObject({ action: "runs.delete", outcome: "done", detail: { name: "triage-1" } });
    await expect(showRun(ctx, { runId: id })).rejects.toMatchObject({ code: "NOT_FOUND", reason: "deleted" });
  }));

test("a run that became a model version leaves its name in the version's lineage, and the version its weights", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const ground = await addGround(ctx);
    const id = await addRun(ctx, ground, { name: "triage-1" });
    await registerModelVersion(ctx, { runId: id });
    const affects = await runDeleteAffects(ctx, { runId: id });
    expect(affects.effects[1]).toBe(
      "support/1 stays with its weights; its lineage still names the run, its data and its settings",
    );
    await deleteRun(ctx, { runId: id });
    expect((await listRuns(ctx, {})).items).toEqual([]);
    const [version] = (await showModel(ctx, { model: "support" })).versions;
    expect(version).toMatchObject({ run: { id, name: "triage-1", deletedAt: expect.any(Date) }, status: "ready" });
    expect(await tx.select().from(artifacts).where(eq(artifacts.runId, id))).toHaveLength(2);
    const { nodes } = await lineageOf(ctx, { model: "support" });
    expect(nodes.find((node) => node.id === id)).toMatchObject({
      label: "triage-1",
      detail: expect.stringMatching(/^deleted on \d{4}-\d{2}-\d{2}$/),
    });
  }));

test("a run that goes on, or is not registered yet, is not deleted", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    for (const status of ["queued", "running", "pausing", "paused", "cancelling", "converting"] as const) {
      const runId = await testRun(ctx, { status, name: status });
      await expect(deleteRun(ctx, { runId })).rejects.toMatchObject({ code: "REFUSED", reason: "in_use" });
    }
    const runId = await addRun(ctx, await addGround(ctx), { name: "done", finishedAt: new Date() });
    await expect(deleteRun(ctx, { runId })).rejects.toThrow("is being registered as a model version");
    expect(await tx.select().from(runs)).toHaveLength(7);
  }));

test("a success that can never become a model version stands in nobody's way", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const ground = await addGround(ctx);
    const finishedAt = new Date();
    const waiting = await addRun(ctx, ground, { name: "waiting", finishedAt });
    const long = await addRun(ctx, ground, { name: "long ago", finishedAt: new Date(Date.now() - 86_400_000) });
    const bare = await testRun(ctx, { status: "succeeded", name: "bare", finishedAt });
    const nameless = await addRun(ctx, ground, { name: "nameless", modelName: "nano", finishedAt });
    expect((await runDeleteAffects(ctx, { runId: nameless })).blockers).toHaveLength(1); // nano-tuned is free
    await testBase(ctx, { name: "nano-tuned" });
    expect((await projectDeleteAffects(ctx)).blockers).toContain("1 run (waiting) has not ended: cancel or wait first");
    for (const runId of [long, bare, nameless]) {
      expect((await runDeleteAffects(ctx, { runId })).effects[1]).toContain("never became a model version");
      await deleteRun(ctx, { runId });
    }
    expect((await tx.select({ id: runs.id }).from(runs)).map(({ id }) => id)).toEqual([waiting]);
    expect(await tx.$count(artifacts, inArray(artifacts.runId, [long, nameless]))).toBe(0);
  }));

test("the name of a deleted run is free again", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const id = await addRun(ctx, await addGround(ctx), { name: "triage" });
    await registerModelVersion(ctx, { runId: id });
    expect(await nameRun(ctx, { wanted: "triage", stem: "triage" })).toBe("triage-2");
    await deleteRun(ctx, { runId: id });
    expect(await nameRun(ctx, { wanted: "triage", stem: "triage" })).toBe("triage");
  }));

test("a run of another project is not found", () =>
  inTx(async (tx) => {
    const there = await testProject(tx);
    const runId = await testRun(there.ctx, { status: "failed" });
    const { ctx } = await testProject(tx);
    await expect(deleteRun(ctx, { runId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(runDeleteAffects(ctx, { runId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));
