import { expect, test } from "vitest";
import { runEvents } from "#db/schema/runs.ts";
import { inTx } from "#db/testing.ts";
import { runCurves } from "#server/runs/curves.ts";
import { ListRunEvents, RunMetadata, runSorts } from "#server/runs/input.ts";
import { listRuns } from "#server/runs/list.ts";
import { testBase, testDataset, testRun } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

test("runs are paged to the end in every order, those without a value last whichever way", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const parents = { baseVersionId: (await testBase(ctx)).id, datasetVersionId: (await testDataset(ctx)).id };
    for (const [n, loss] of [
      [2, 0.5],
      [10, null],
      [9, 0.5],
      [1, 0.1],
      [3, null],
    ] as const)
      await testRun(ctx, { ...parents, name: `run ${n}`, loss });
    const walk = async (by: (typeof runSorts)[number], desc: boolean) => {
      const names: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page: Awaited<ReturnType<typeof listRuns>> = await listRuns(ctx, {
          sort: { by, desc },
          limit: 2,
          cursor,
        });
        expect(page.total).toBe(5);
        names.push(...page.items.map((run) => run.name));
        cursor = page.nextCursor;
      }
      return names;
    };
    expect(await walk("name", false)).toEqual(["run 1", "run 2", "run 3", "run 9", "run 10"]);
    expect((await walk("loss", false))[0]).toBe("run 1");
    for (const desc of [true, false])
      expect(new Set((await walk("loss", desc)).slice(3))).toEqual(new Set(["run 10", "run 3"]));
    for (const by of runSorts)
      for (const desc of [true, false]) expect(new Set(await walk(by, desc)).size, `${by} ${desc}`).toBe(5);
    await expect(listRuns(ctx, { cursor: "bm9uc2Vuc2U" })).rejects.toMatchObject({ code: "INVALID", field: "cursor" });
  }));

test("filters of runs are joined, and a search takes no text for a pattern", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { id: baseVersionId } = await testBase(ctx, { name: "nano" });
    const id = await testRun(ctx, { baseVersionId, name: "50% off_peak", status: "failed", modelName: "support" });
    await testRun(ctx, { name: "other" });
    const found = async (input: object) => (await listRuns(ctx, input)).items.map((run) => run.id);
    for (const search of ["50%", "OFF_", "support", "nano", id.slice(-6).toUpperCase()])
      expect(await found({ search }), search).toEqual([id]);
    for (const search of ["f__peak", "%%", "50%off"]) expect(await found({ search }), search).toEqual([]);
    expect(await found({ status: ["failed"], baseVersionId })).toEqual([id]);
    expect(await found({ status: ["queued"], baseVersionId })).toEqual([]);
    expect(await found({ status: [] })).toHaveLength(2);
  }));

test("a step that was done again after a crash counts as it was done last; the part asked for ends where it says", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const runId = await testRun(ctx, { status: "running", step: 4, lastSeq: 8 });
    const rows = [
      [1, 3],
      [2, 2.5],
      [3, 2],
      [2, 1],
      [3, 0.5],
      [4, 0.25],
    ].map(([step, loss], i) => ({
      runId,
      projectId,
      seq: i + 1,
      at: new Date(),
      type: "metric",
      body: { step, loss, tokensPerSecond: 1 },
    }));
    const resumed = { runId, projectId, seq: 7, at: new Date(), type: "hello", body: { resumedFromStep: 1 } };
    const unseen = { runId, projectId, seq: 9, at: new Date(), type: "metric", body: { step: 5, loss: 0 } };
    await tx.insert(runEvents).values([...rows, resumed, unseen]);
    const points = async (part: object) =>
      (await runCurves(ctx, { runId, ...part })).train.map(({ step, loss }) => [step, loss]);
    expect(await points({})).toEqual([
      [1, 3],
      [2, 1],
      [3, 0.5],
      [4, 0.25],
    ]);
    expect(await points({ from: 2, to: 3 })).toEqual([
      [2, 1],
      [3, 0.5],
    ]);
    expect(await points({ from: 9 })).toEqual([]);
    expect(await runCurves(ctx, { runId })).toMatchObject({
      resumes: [{ step: 1 }],
      trainedTokens: null,
      validation: [],
    });
  }));

test("metadata has OpenAI's bounds", () => {
  const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]));
  expect(
    [pairs(16), pairs(0), { ["k".repeat(64)]: "v".repeat(512) }].every((one) => RunMetadata.safeParse(one).success),
  ).toBe(true);
  for (const wrong of [pairs(17), { "": "v" }, { ["k".repeat(65)]: "v" }, { k: "v".repeat(513) }, { k: 1 }])
    expect(RunMetadata.safeParse(wrong).success).toBe(false);
  expect(ListRunEvents.safeParse({ runId: " ", after: 0 }).success).toBe(false);
});
