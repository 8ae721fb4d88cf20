import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId, shortId } from "#db/ids.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import { inTx } from "#db/testing.ts";
import { importModel } from "#server/models/import/start.ts";
import { lineageOf } from "#server/models/lineage.ts";
import { listModels } from "#server/models/list.ts";
import { listArtifacts } from "#server/models/list-artifacts.ts";
import { addGround, addRun, cases, testRegistry } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { removeAlias } from "#server/models/remove-alias.ts";
import { showModel } from "#server/models/show.ts";
import { promoteModelVersion } from "#server/promotions/promote.ts";
import { testProject } from "#server/testing.ts";

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

test("a model is shown with what it came from, its evals and its deployments, and its lineage is one graph", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { first, baseVersionId, datasetVersionId, compared, modelId } = await testRegistry(ctx);
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
    const { first } = await testRegistry(ctx);
    const { ctx: stranger } = await testProject(tx);
    const gone = { code: "NOT_FOUND" };
    await expect(showModel(stranger, { model: first.modelId })).rejects.toMatchObject(gone);
    await expect(lineageOf(stranger, { model: "support" })).rejects.toMatchObject(gone);
    await expect(listArtifacts(stranger, { version: first.id })).rejects.toMatchObject(gone);
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
