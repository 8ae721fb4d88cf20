import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { deployments } from "#db/schema/deployments.ts";
import { inTx } from "#db/testing.ts";
import { showDataset } from "#server/datasets/show.ts";
import { showDeployment } from "#server/deployments/show.ts";
import { showEval } from "#server/evals/show.ts";
import { findModel } from "#server/models/find-model.ts";
import { nameVersion } from "#server/models/find-version.ts";
import { addEval, addGround, addRun } from "#server/models/models.fixture.ts";
import { findRun } from "#server/runs/find-run.ts";
import { testProject } from "#server/testing.ts";

test("everything is meant by its id, its short id or its name, inside its project", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const stranger = await testProject(tx);
    const ground = await addGround(ctx);
    const { baseVersionId, modelId, datasetId, datasetVersionId } = ground;
    const runId = await addRun(ctx, ground);
    const sides = { candidateVersionId: baseVersionId, baselineVersionId: baseVersionId };
    const evalId = await addEval(tx, { projectId, suiteId: ground.suiteId, ...sides }, []);
    const deploymentId = newId("deployment");
    await tx.insert(deployments).values({ id: deploymentId, projectId, name: "support", createdBy: "user:x" });
    type Find = (from: typeof ctx, ref: string) => Promise<string>;
    const finders: [id: string, names: string[], find: Find][] = [
      [runId, ["tickets on nano"], async (from, ref) => (await findRun(from, ref)).id],
      [evalId, ["held out"], async (from, ref) => (await showEval(from, { evalId: ref })).row.id],
      [datasetId, ["tickets", "tickets/1"], async (from, ref) => (await showDataset(from, { ref })).id],
      [datasetVersionId, ["tickets"], async (from, ref) => (await showDataset(from, { ref })).version.id],
      [modelId, ["nano"], async (from, ref) => (await findModel(from, ref)).id],
      [baseVersionId, ["nano/1", "nano"], async (from, ref) => (await nameVersion(from, ref, "model")).id],
      [deploymentId, ["support"], async (from, ref) => (await showDeployment(from, { deployment: ref })).id],
    ];
    for (const [id, names, find] of finders) {
      for (const ref of [id, id.slice(-6), ...names]) expect(await find(ctx, ref)).toBe(id);
      for (const ref of [id, id.slice(-6)])
        await expect(find(stranger.ctx, ref)).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
  }));

test("a name that several have is refused with all of them, newest first", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const ground = await addGround(ctx);
    const ids = [];
    for (let i = 0; i < 2; i++) ids.unshift((await addRun(ctx, ground)).slice(-6));
    await expect(findRun(ctx, "tickets on nano")).rejects.toMatchObject({
      code: "CONFLICT",
      message: `tickets on nano means 2 runs: ${ids.map((id) => `tickets on nano (${id})`).join(", ")}. Take the short id`,
    });
  }));
