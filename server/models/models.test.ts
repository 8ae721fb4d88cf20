import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId, shortId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { evals, suites } from "#db/schema/evals.ts";
import { modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import { inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { askGate } from "#server/models/gate.ts";
import { importModel } from "#server/models/import/start.ts";
import { lineageOf } from "#server/models/lineage.ts";
import { listModels } from "#server/models/list.ts";
import { listArtifacts } from "#server/models/list-artifacts.ts";
import { addEval, addGround, addRun, cases } from "#server/models/models.fixture.ts";
import { promoteModelVersion } from "#server/models/promote.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { removeAlias } from "#server/models/remove-alias.ts";
import { showModel } from "#server/models/show.ts";
import { testProject } from "#server/testing.ts";

/** Two registered versions of `support`, and a way to compare versions with given marks. */
async function registry(ctx: Ctx) {
  const ground = await addGround(ctx);
  const first = await registerModelVersion(ctx, { runId: await addRun(ctx, ground) });
  const second = await registerModelVersion(ctx, { runId: await addRun(ctx, ground) });
  const { projectId } = ctx;
  const compared = (candidateVersionId: string, baselineVersionId: string, marks: (readonly [number, number])[]) =>
    addEval(ctx.db, { projectId, suiteId: ground.suiteId, candidateVersionId, baselineVersionId }, marks);
  return { ...ground, first, second, compared };
}

const refusals = async (ctx: Ctx) => {
  const rows = await ctx.db.select().from(auditLog).where(eq(auditLog.projectId, ctx.projectId));
  return rows.filter((row) => row.outcome === "refused");
};

test("a succeeded run becomes one version of its model, however often its job comes", () =>
  inTx(async (tx) => {
    const { ctx, slug } = await testProject(tx);
    const ground = await addGround(ctx);
    const runId = await addRun(ctx, ground, { suffix: "triage" });
    const version = await registerModelVersion(ctx, { runId });
    expect(await registerModelVersion(ctx, { runId })).toEqual(version);
    expect(version).toMatchObject({
      version: 1,
      status: "ready",
      runId,
      datasetVersionId: ground.datasetVersionId,
      baseVersionId: ground.baseVersionId,
      architecture: "llama",
      parameters: 7_000_000,
      contextLength: 512,
      fineTunedName: `ft:nano:${slug}:triage:${shortId(runId)}`,
      createdBy: "user:ada",
    });
    const next = await registerModelVersion(ctx, { runId: await addRun(ctx, ground) });
    expect(next).toMatchObject({ version: 2, modelId: version.modelId });
    const [support] = (await listModels(ctx, { kind: "tuned" })).items;
    expect(support).toMatchObject({ name: "support", versions: 2, champion: null, latest: { version: 2 } });
    const artifacts = await listArtifacts(ctx, { version: "support/1" });
    expect(artifacts.flatMap((artifact) => artifact.files.map((file) => file.path)).sort()).toEqual([
      ...["adapter.gguf", "adapter_config.json", "adapter_model.safetensors", "probe.json"],
    ]);
  }));

test("a run that names a suite is compared once: with the base, then with the champion", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const ground = await addGround(ctx);
    const runId = await addRun(ctx, ground, { suiteId: ground.suiteId });
    const version = await registerModelVersion(ctx, { runId });
    await registerModelVersion(ctx, { runId });
    const mine = () => tx.select().from(evals).where(eq(evals.projectId, ctx.projectId)).orderBy(evals.id);
    expect(await mine()).toMatchObject([
      { candidateVersionId: version.id, baselineVersionId: ground.baseVersionId, status: "queued" },
    ]);
    await promoteModelVersion(ctx, { version: version.id, force: true, reason: "first of its kind" });
    const later = await registerModelVersion(ctx, {
      runId: await addRun(ctx, ground, { suiteId: ground.suiteId }),
    });
    expect((await mine())[1]).toMatchObject({ candidateVersionId: later.id, baselineVersionId: version.id });

    await tx.update(suites).set({ archivedAt: new Date() }).where(eq(suites.id, ground.suiteId));
    const lone = await registerModelVersion(ctx, { runId: await addRun(ctx, ground, { suiteId: ground.suiteId }) });
    expect(lone.version).toBe(3);
    expect(await refusals(ctx)).toMatchObject([{ action: "evals.start", targetId: lone.id }]);
  }));

test("a run that has not succeeded, or left no adapter, registers nothing; a base's name is not taken over", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const ground = await addGround(ctx);
    const running = await addRun(ctx, ground, { status: "running" });
    await expect(registerModelVersion(ctx, { runId: running })).rejects.toMatchObject({ code: "CONFLICT" });
    const bare = newId("run");
    const [row] = await tx.select().from(runs).where(eq(runs.id, running));
    if (row) await tx.insert(runs).values({ ...row, id: bare, status: "succeeded" });
    await expect(registerModelVersion(ctx, { runId: bare })).rejects.toThrow("left no adapter");
    await registerModelVersion(ctx, { runId: await addRun(ctx, ground, { modelName: "nano" }) });
    expect((await showModel(ctx, { model: "nano-tuned" })).kind).toBe("tuned");
  }));

test("the champion moves only on evidence: no eval, too few cases and a loss are refused and kept in the audit log", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first, second, baseVersionId, compared } = await registry(ctx);
    await expect(promoteModelVersion(ctx, { version: "support/1" })).rejects.toThrow(
      "evaluate support/1 against nano/1",
    );
    await compared(first.id, baseVersionId, cases(60, [0, 1]));
    const done = await promoteModelVersion(ctx, { version: "support/1", expected: null });
    expect(done).toMatchObject({ alias: "champion", previous: null, forced: false });

    const few = await compared(second.id, first.id, [...cases(6, [0, 1]), ...cases(4, [1, 0])]);
    const gate = await askGate(ctx, { version: "support/2" });
    expect(gate).toMatchObject({ do: "force", expected: first.id, evalId: few, opponent: { as: "champion" } });
    await expect(promoteModelVersion(ctx, { version: second.id })).rejects.toMatchObject({ code: "REFUSED" });
    await expect(promoteModelVersion(ctx, { version: second.id, force: true })).rejects.toMatchObject({
      code: "INVALID",
      field: "reason",
    });

    await compared(second.id, first.id, cases(60, [1, 0]));
    const forced = { version: second.id, force: true, reason: "I like it" };
    await expect(promoteModelVersion(ctx, forced)).rejects.toThrow("support/2 is worse than support/1");
    const kept = await refusals(ctx);
    expect(kept.map((row) => row.action)).toEqual(["models.promote", "models.promote", "models.promote"]);
    expect(kept.at(-1)?.detail).toMatchObject({
      reason: "I like it",
      checks: [{ ok: true }, { ok: true }, { ok: true }, { ok: false }],
    });
  }));

test("force with a reason moves the champion when the evidence is too thin, and the reason stays", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first } = await registry(ctx);
    const moved = await promoteModelVersion(ctx, { version: first.id, force: true, reason: "there is no suite yet" });
    expect(moved.forced).toBe(true);
    const rows = await tx.select().from(auditLog).where(eq(auditLog.targetId, first.id));
    expect(rows.find((row) => row.action === "models.promote")?.detail).toMatchObject({
      forced: true,
      reason: "there is no suite yet",
    });
    const { aliases } = await showModel(ctx, { model: "support" });
    expect(aliases).toMatchObject([{ alias: "champion", overruled: "there is no suite yet" }]);
  }));

test("evidence from cases that the candidate was trained on does not open the gate; overruling it keeps the reason", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first, baseVersionId, suiteId } = await registry(ctx);
    const on = { projectId: ctx.projectId, suiteId, candidateVersionId: first.id, baselineVersionId: baseVersionId };
    await addEval(tx, on, cases(60, [0, 1]), { cases: 64, candidate: 4, either: 4 });
    const gate = await askGate(ctx, { version: first.id });
    expect(gate).toMatchObject({ do: "force", why: expect.stringContaining("trained on 4 of the 64 cases") });
    await expect(promoteModelVersion(ctx, { version: first.id })).rejects.toMatchObject({
      code: "REFUSED",
      message: expect.stringContaining("The verdict is drawn on the 60 unseen ones."),
    });
    expect(await refusals(ctx)).toMatchObject([{ detail: { checks: [{}, {}, { ok: false }, { ok: true }] } }]);
    const reason = "the four are public examples";
    expect(await promoteModelVersion(ctx, { version: first.id, force: true, reason })).toMatchObject({ forced: true });
    const done = await tx.select().from(auditLog).where(eq(auditLog.targetId, first.id));
    expect(done.find((row) => row.action === "models.promote" && row.outcome === "done")?.detail).toMatchObject({
      forced: true,
      reason,
      checks: [{}, {}, { ok: false }, { ok: true }],
    });
  }));

test("two people who promote at once: the second is told that the champion changed", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first, second, baseVersionId, compared } = await registry(ctx);
    for (const one of [first, second]) await compared(one.id, baseVersionId, cases(60, [0, 1]));
    await compared(second.id, first.id, cases(60, [0, 1]));
    await promoteModelVersion(ctx, { version: first.id, expected: null });
    await expect(promoteModelVersion(ctx, { version: second.id, expected: null })).rejects.toMatchObject({
      code: "CONFLICT",
      message: "the champion changed meanwhile: it is support/1 now; look again and decide",
    });
    await promoteModelVersion(ctx, { version: second.id, alias: "challenger" });
    await promoteModelVersion(ctx, { version: second.id, expected: first.id });
    const { versions } = await showModel(ctx, { model: "support" });
    expect(versions.map((version) => [version.name, version.aliases])).toEqual([
      ...[
        ["support/2", ["champion"]],
        ["support/1", []],
      ],
    ]);
    await expect(promoteModelVersion(ctx, { version: second.id })).rejects.toThrow("is the champion already");
    await removeAlias(ctx, { model: "support", alias: "champion" });
    await expect(removeAlias(ctx, { model: "support", alias: "champion" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  }));

test("a model is shown with what it came from, its evals and its deployments, and its lineage is one graph", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first, baseVersionId, datasetVersionId, compared, modelId } = await registry(ctx);
    const evalId = await compared(first.id, baseVersionId, cases(60, [0, 1]));
    await promoteModelVersion(ctx, { version: first.id });
    const deploymentId = newId("deployment");
    const by = { projectId: ctx.projectId, createdBy: ctx.actor };
    await tx.insert(deployments).values({ id: deploymentId, name: "triage", ...by });
    const revision = { id: newId("revision"), number: 1, modelVersionId: first.id, weightBps: 10_000 };
    await tx.insert(revisions).values({ ...revision, deploymentId, projectId: ctx.projectId });

    const model = await showModel(ctx, { model: first.modelId });
    expect(model.versions.at(-1)).toMatchObject({
      name: "support/1",
      aliases: ["champion"],
      base: { name: "nano/1", modelId },
      dataset: { name: "tickets v1", version: 1 },
      run: { name: "tickets on nano" },
      evals: [{ id: evalId, baseline: "nano/1", headline: { verdict: "better", wins: 60 } }],
      deployments: [{ name: "triage", weightBps: 10_000 }],
    });
    const { nodes, edges } = await lineageOf(ctx, { model: "support" });
    expect(nodes.map((node) => node.kind).sort()).toEqual(
      ["base", "dataset", "deployment", "eval", "run", "run", "version", "version"].sort(),
    );
    expect(edges).toEqual(
      expect.arrayContaining([
        { from: datasetVersionId, to: first.runId },
        { from: baseVersionId, to: first.runId },
        { from: first.runId, to: first.id },
        { from: first.id, to: evalId },
        { from: first.id, to: deploymentId },
      ]),
    );
    expect((await listModels(ctx, { search: "supp" })).items[0]).toMatchObject({
      deployments: [{ name: "triage" }],
      champion: { version: 1 },
    });
  }));

test("another project's models do not exist", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first } = await registry(ctx);
    const { ctx: stranger } = await testProject(tx);
    const gone = { code: "NOT_FOUND" };
    await expect(showModel(stranger, { model: first.modelId })).rejects.toMatchObject(gone);
    await expect(lineageOf(stranger, { model: "support" })).rejects.toMatchObject(gone);
    await expect(askGate(stranger, { version: first.id })).rejects.toMatchObject(gone);
    await expect(listArtifacts(stranger, { version: first.id })).rejects.toMatchObject(gone);
    await expect(promoteModelVersion(stranger, { version: first.id })).rejects.toMatchObject(gone);
    await expect(removeAlias(stranger, { model: "support", alias: "champion" })).rejects.toMatchObject(gone);
    await expect(registerModelVersion(stranger, { runId: first.runId ?? "" })).rejects.toMatchObject(gone);
    expect((await listModels(stranger, {})).items).toEqual([]);
  }));

test("a failed import is told in its model's row, and its version cannot get an alias", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const source = { kind: "hub", repo: "acme/tiny" } as const;
    const version = await importModel(ctx, { name: "tiny", source });
    const error = { code: "pickle", message: "model.bin is a pickle", hint: null };
    await tx.update(modelVersions).set({ status: "failed", error }).where(eq(modelVersions.id, version.id));
    expect((await listModels(ctx, {})).items[0]?.latest).toMatchObject({ status: "failed", error });
    const challenger = { version: "tiny/1", alias: "challenger" } as const;
    await expect(promoteModelVersion(ctx, challenger)).rejects.toMatchObject({ code: "REFUSED" });
    await expect(promoteModelVersion(ctx, { version: "tiny/1" })).rejects.toThrow("could not be imported");
  }));
