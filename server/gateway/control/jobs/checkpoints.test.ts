import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { idBody } from "#db/ids.ts";
import { runEvents } from "#db/schema/runs.ts";
import { inTx } from "#db/testing.ts";
import { listJobCheckpoints } from "#server/gateway/control/jobs/checkpoints.ts";
import { addGround, addRun } from "#server/models/models.fixture.ts";
import { showRun } from "#server/runs/show.ts";
import { runFolder } from "#server/runs/trainer/folder.ts";
import { testProject } from "#server/testing.ts";

test("a checkpoint that is no longer on the disk is in no list, and the run's page counts it", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const runId = await addRun(ctx, await addGround(ctx), { status: "failed" });
    const saved = [10, 20, 30, 40].map((step, seq) => ({
      projectId,
      runId,
      seq: seq + 1,
      type: "checkpoint",
      at: new Date(1_000 * step),
      body: { step, bytes: 8 },
    }));
    await tx.insert(runEvents).values(saved);
    const list = async (page: { after?: string; limit: number }) => {
      const { items, hasMore } = await listJobCheckpoints(ctx, `ftjob-${idBody(runId)}`, page);
      return { steps: items.map((item) => item.step_number), hasMore };
    };
    // the folder lies on another machine: nobody here knows better
    expect(await list({ limit: 9 })).toEqual({ steps: [40, 30, 20, 10], hasMore: false });
    expect(await showRun(ctx, { runId })).toMatchObject({ removedCheckpoints: 0 });

    const folder = runFolder(runId);
    onTestFinished(() => rm(folder.root, { recursive: true, force: true }));
    for (const step of [20, 40]) {
      await mkdir(join(folder.checkpoints, `checkpoint-${step}`), { recursive: true });
      await writeFile(join(folder.checkpoints, `checkpoint-${step}`, "manifest.json"), "{}");
    }
    expect(await list({ limit: 9 })).toEqual({ steps: [40, 20], hasMore: false });
    expect(await list({ limit: 1 })).toEqual({ steps: [40], hasMore: true });
    expect(await list({ after: `ftckpt-${idBody(runId)}-30`, limit: 1 })).toEqual({ steps: [20], hasMore: false });
    const shown = await showRun(ctx, { runId });
    expect(shown.checkpoints.map(({ step }) => step)).toEqual([20, 40]);
    expect(shown.removedCheckpoints).toBe(2);
    for (const step of [20, 40]) await rm(join(folder.checkpoints, `checkpoint-${step}`), { recursive: true });
    expect(await showRun(ctx, { runId })).toMatchObject({ checkpoints: [], removedCheckpoints: 4 });
  }));
