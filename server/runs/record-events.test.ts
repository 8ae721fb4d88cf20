import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inDatabase } from "#db/testing.ts";
import { testDataFolder } from "#server/jobs/jobs-process.fixture.ts";
import { ownLease } from "#server/jobs/lease.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { TrainerEvent } from "#server/runs/contract.ts";
import { runCurves } from "#server/runs/curves.ts";
import { listRunEvents } from "#server/runs/list-events.ts";
import { recordEvents } from "#server/runs/record-events.ts";
import { testRun } from "#server/runs/testing.ts";
import { createTail } from "#server/runs/trainer/tail.ts";

test("a model that answers with a NUL or half a surrogate pair does not lose its training", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const lease = await ownLease();
    const runId = await testRun(ctx, { status: "running", leaseHolder: lease.holder });
    const path = join(await testDataFolder(), "events.jsonl");
    const texts = { promptText: "ask\u0000", adaptedText: "\ud83d half", baseText: "plain" };
    await writeFile(path, `${JSON.stringify({ v: 1, seq: 1, t: 1, type: "sample", ...texts })}\n`);
    await recordEvents(ctx, runId, lease, { events: await createTail(path).read() });
    const { items } = await listRunEvents(ctx, { runId, after: 0, limit: 10 });
    expect(items.map((item) => item.body)).toEqual([
      { promptText: "ask\ufffd", adaptedText: "\ufffd half", baseText: "plain" },
    ]);
  }));

test("a resumed run's curves say where it went on and how much it has learnt from so far, before it has ended", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const lease = await ownLease();
    const runId = await testRun(ctx, { status: "running", leaseHolder: lease.holder });
    const hello = (resumedFromStep: number | null) => {
      return { type: "hello", versions: {}, device: { kind: "cpu", name: "CPU" }, pid: 1, resumedFromStep };
    };
    const metric = (step: number) => ({
      ...{ type: "metric", step, totalSteps: 4, epoch: 1, loss: 1, learningRate: 0.1, gradNorm: 1 },
      ...{ tokensPerSecond: 1, stepMs: 1, etaSeconds: 1, trainedTokens: step * 100 },
    });
    const told = [hello(null), metric(1), metric(2), hello(1), metric(2), metric(3)];
    const events = told.map((event, i) => TrainerEvent.parse({ v: 1, seq: i + 1, t: 1, ...event }));
    await recordEvents(ctx, runId, lease, { events });
    const curves = await runCurves(ctx, { runId });
    expect(curves.train.map((point) => point.step)).toEqual([1, 2, 3]);
    expect(curves).toMatchObject({ resumes: [{ step: 1 }], trainedTokens: 300 });
  }));
