import { expect, test } from "vitest";
import { inDatabase } from "#db/testing.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { addGround, addRun } from "#server/models/models.fixture.ts";
import { sweep } from "#server/ops/sweep.ts";
import { testRun } from "#server/runs/testing.ts";

test("a registration is rung for again as long as it can come, and never for a run that left no adapter", () =>
  inDatabase(async ({ db }) => {
    const { ctx, bells } = await testJobs(db);
    const finishedAt = new Date(Date.now() - 86_400_000);
    const runId = await addRun(ctx, await addGround(ctx), { finishedAt });
    await testRun(ctx, { status: "succeeded", name: "bare", finishedAt });
    await sweep(ctx);
    const rung = bells.filter(({ name }) => name === "models.register");
    expect(rung.map(({ payload }) => payload)).toEqual([{ projectId: ctx.projectId, runId }]);
  }));
