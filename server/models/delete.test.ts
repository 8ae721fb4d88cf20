import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { snapshotVersion } from "#db/schema/gateway.ts";
import { artifactFiles, artifacts, models, modelVersions } from "#db/schema/models.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { showEval } from "#server/evals/show.ts";
import { startEval } from "#server/evals/start.ts";
import { loadSnapshot } from "#server/gateway/snapshot/load.ts";
import { deleteModel, modelDeleteAffects } from "#server/models/delete.ts";
import { deleteModelVersion, modelVersionDeleteAffects } from "#server/models/delete-version.ts";
import { nameVersion } from "#server/models/find-version.ts";
import { importSampleModel } from "#server/models/import/sample.ts";
import { listModels } from "#server/models/list.ts";
import { addEval, addGround, addRun, cases } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { showModel } from "#server/models/show.ts";
import { promoteModelVersion } from "#server/promotions/promote.ts";
import { showRun } from "#server/runs/show.ts";
import { testRun } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

/** `nano/1` and two versions tuned from it, `support/1` and `support/2`. */
async function ground(ctx: Ctx) {
  const found = await addGround(ctx);
  const first = await registerModelVersion(ctx, { runId: await addRun(ctx, found, { name: "triage-1" }) });
  const second = await registerModelVersion(ctx, { runId: await addRun(ctx, found, { name: "triage-2" }) });
  return { ...found, first, second };
}

async function serve(tx: Tx, projectId: string, modelVersionId: string) {
  const deploymentId = newId("deployment");
  await tx.insert(deployments).values({ id: deploymentId, projectId, name: "help", createdBy: "system:test" });
  const share = { number: 1, modelVersionId, weightBps: 10_000 };
  await tx.insert(revisions).values({ id: newId("revision"), projectId, deploymentId, ...share });
  return deploymentId;
}

test("a version's weights go, its number is not given again and what names it goes on reading", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const { first, second, suiteId, ...on } = await ground(ctx);
    const evalId = await addEval(
      tx,
      { projectId, suiteId, candidateVersionId: first.id, baselineVersionId: second.id },
      cases(4, [0, 1]),
    );
    const before = (await tx.select().from(snapshotVersion))[0]?.version ?? 0;
    const affects = await modelVersionDeleteAffects(ctx, { version: "support/1" });
    expect(affects).toMatchObject({ id: first.id, name: "support/1", dear: true, blockers: [], bytes: 32 });
    expect(affects.effects).toEqual([
      "Its weights are deleted; the number 1 is not given again",
      `Calls of support/1 and ${first.fineTunedName} get “model not found” (no call lately)`,
      `1 eval (held out ${evalId.slice(-6)}) of it keeps its results`,
    ]);
    await deleteModelVersion(ctx, { version: "support/1" });
    expect((await tx.select().from(snapshotVersion))[0]?.version).toBeGreaterThan(before);
    expect((await showModel(ctx, { model: "support" })).versions.map((one) => one.name)).toEqual(["support/2"]);
    const kept = [first.weightsArtifactId, first.ggufArtifactId].map((id) => id ?? "");
    for (const id of kept) {
      expect(await tx.select().from(artifacts).where(eq(artifacts.id, id))).toEqual([]);
      expect(await tx.select().from(artifactFiles).where(eq(artifactFiles.artifactId, id))).toEqual([]);
    }
    expect((await showEval(ctx, { evalId })).candidate).toMatchObject({
      name: "support/1",
      deletedAt: expect.any(Date),
    });
    expect((await showRun(ctx, { runId: "triage-1" })).made).toMatchObject({ version: 1, deletedAt: expect.any(Date) });
    await expect(nameVersion(ctx, "support/1", "version")).rejects.toMatchObject({ reason: "deleted" });
    // a second job for the run does not make the version again
    expect(await registerModelVersion(ctx, { runId: first.runId ?? "" })).toMatchObject({ id: first.id });
    const third = await registerModelVersion(ctx, { runId: await addRun(ctx, on, { name: "triage-3" }) });
    expect(third.version).toBe(3);
    const [row] = await tx.select().from(auditLog).where(eq(auditLog.action, "models.deleteVersion"));
    expect(row).toMatchObject({ targetId: first.id, outcome: "done", detail: { name: "support/1" } });
  }));

test("what serves, is champion, is a base of others or is being judged is refused, by name and with the remedy", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const { first, second, suiteId, baseVersionId } = await ground(ctx);
    await serve(tx, projectId, first.id);
    await addEval(
      tx,
      { projectId, suiteId, candidateVersionId: second.id, baselineVersionId: baseVersionId },
      cases(40, [0, 1]),
    );
    await promoteModelVersion(ctx, { version: "support/2" });
    const { id: running } = await startEval(ctx, { suite: "held out", candidate: "support/1", baseline: "support/2" });
    await testRun(ctx, { baseVersionId, status: "running", name: "triage-9" });
    expect((await modelVersionDeleteAffects(ctx, { version: "support/1" })).blockers).toEqual([
      "1 deployment (help) serves it: retire the revision or the whole deployment first",
      `1 eval (held out ${running.slice(-6)}) of it is under way: cancel it first`,
    ]);
    expect((await modelVersionDeleteAffects(ctx, { version: "support/2" })).blockers[0]).toBe(
      "support/2 is the champion: promote another version or take the alias away first",
    );
    expect((await modelDeleteAffects(ctx, { model: "nano" })).blockers).toEqual([
      "2 model versions (support/1, support/2) are fine-tuned from it and need it to be served: delete them first",
      "1 run (triage-9) trains on it: cancel it first",
    ]);
    for (const version of ["support/1", "support/2", "nano/1"])
      await expect(deleteModelVersion(ctx, { version })).rejects.toMatchObject({ code: "REFUSED", reason: "in_use" });
    await expect(deleteModel(ctx, { model: "support" })).rejects.toMatchObject({ code: "REFUSED" });
    const kept = await tx.select({ deletedAt: modelVersions.deletedAt }).from(modelVersions);
    expect(kept.every((version) => version.deletedAt === null)).toBe(true);
    const refused = await tx.select().from(auditLog).where(eq(auditLog.outcome, "refused"));
    expect(refused.map((row) => row.action).sort()).toEqual([
      "models.delete",
      ...Array(3).fill("models.deleteVersion"),
    ]);
  }));

test("a deleted model's name can be used again", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first } = await ground(ctx);
    await deleteModel(ctx, { model: "support" });
    await deleteModel(ctx, { model: "nano" });
    expect((await listModels(ctx, {})).items).toEqual([]);
    await expect(showModel(ctx, { model: first.modelId })).rejects.toMatchObject({
      code: "NOT_FOUND",
      reason: "deleted",
    });
    await importSampleModel(ctx); // as a person asks for it
    const [again] = (await listModels(ctx, {})).items;
    expect(again).toMatchObject({ name: "nano", versions: 1, latest: { version: 1, status: "importing" } });
  }));

test("deleting a version whose import goes on ends it and leaves nothing, with its model when it is the only one", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    await importSampleModel(ctx);
    const affects = await modelDeleteAffects(ctx, { model: "nano" });
    expect(affects).toMatchObject({ dear: false, effects: expect.arrayContaining(["The import ends"]) });
    await deleteModelVersion(ctx, { version: "nano/1" });
    expect(await tx.select().from(models)).toEqual([]);
    expect(await tx.select().from(modelVersions)).toEqual([]);
  }));

test("a model of another project is not found", () =>
  inTx(async (tx) => {
    const there = await testProject(tx);
    const { first } = await ground(there.ctx);
    const { ctx } = await testProject(tx);
    const found = { code: "NOT_FOUND" };
    await expect(deleteModel(ctx, { model: first.modelId })).rejects.toMatchObject(found);
    await expect(modelDeleteAffects(ctx, { model: first.modelId })).rejects.toMatchObject(found);
    await expect(deleteModelVersion(ctx, { version: first.id })).rejects.toMatchObject(found);
    await expect(modelVersionDeleteAffects(ctx, { version: first.id })).rejects.toMatchObject(found);
  }));

test("the gateway's snapshot forgets a deleted version and keeps the others", () =>
  inDatabase(async ({ db }) => {
    const { ctx, projectId } = await db.transaction((tx) => testProject(tx));
    const live: Ctx = { ...ctx, db };
    await ground(live);
    const callable = async () => {
      const book = (await loadSnapshot(db)).projects.get(projectId)?.book;
      return [...(book?.models.get("support")?.versions.keys() ?? [])].sort();
    };
    expect(await callable()).toEqual([1, 2]);
    await deleteModelVersion(live, { version: "support/1" });
    expect(await callable()).toEqual([2]);
    await deleteModel(live, { model: "support" });
    expect(await callable()).toEqual([]);
  }));
