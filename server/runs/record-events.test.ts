import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { runEvents } from "#db/schema/runs.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { createDatasetVersion } from "#server/datasets/create-version.ts";
import { importDataset } from "#server/datasets/import.ts";
import { chatLine } from "#server/datasets/testing.ts";
import { testDataFolder } from "#server/jobs/jobs-process.fixture.ts";
import { claim } from "#server/jobs/lease.ts";
import { trainings } from "#server/jobs/leased.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { TrainerEvent } from "#server/runs/contract.ts";
import { runCurves } from "#server/runs/curves.ts";
import { listRunEvents } from "#server/runs/list-events.ts";
import { recordEvents } from "#server/runs/record-events.ts";
import { showRun } from "#server/runs/show.ts";
import { testRun } from "#server/runs/testing.ts";
import { createTail } from "#server/runs/trainer/tail.ts";
import { testProject } from "#server/testing.ts";

async function claimed(ctx: Ctx, columns: Parameters<typeof testRun>[1] = {}) {
  const run = await claim(ctx, trainings, await testRun(ctx, { status: "running", ...columns }));
  if (!run) throw new Error("the run could not be claimed");
  return run;
}

test("a model that answers with a NUL or half a surrogate pair does not lose its training", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const run = await claimed(ctx);
    const path = join(await testDataFolder(), "events.jsonl");
    const texts = { promptText: "ask\u0000", adaptedText: "\ud83d half", baseText: "plain" };
    await writeFile(path, `${JSON.stringify({ v: 1, seq: 1, t: 1, type: "sample", ...texts })}\n`);
    await recordEvents(ctx, run, { events: await createTail(path).read() });
    const { items } = await listRunEvents(ctx, { runId: run.id, after: 0, limit: 10 });
    expect(items.map((item) => item.body)).toEqual([
      { promptText: "ask\ufffd", adaptedText: "\ufffd half", baseText: "plain" },
    ]);
  }));

test("rows that the trainer left out or cannot read are named by their lines in the uploaded file", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const content = [1, 2, 3].map((n) => `${"\n".repeat(10)}${chatLine(`q${n}`, "yes")}`).join("");
    const blob = await ctx.storage.put(Readable.from([Buffer.from(content)]));
    const made = await createDatasetVersion(ctx, { filename: "tickets.jsonl", blob, validationShareBp: 0 });
    const { versionId } = made;
    await importDataset(ctx, { versionId }, new AbortController().signal);
    const run = await claimed(ctx, { datasetVersionId: versionId });
    const message = "2 training rows were left out, no token to learn within 8 tokens: normalised lines 1, 3";
    const warning = { v: 1, seq: 1, t: 1, type: "warning", message, leftOutOf: "training", lines: [1, 3] };
    const refused = { code: "BAD_DATA", message: "normalised line 2 could not be rendered: no", hint: null };
    const error = { v: 1, seq: 2, t: 1, type: "error", ...refused, badRowOf: "training", line: 2 };
    await recordEvents(ctx, run, { events: [warning, error].map((event) => TrainerEvent.parse(event)) });
    const { items } = await listRunEvents(ctx, { runId: run.id, after: 0, limit: 10 });
    expect(items[0]?.body.message).toBe(
      "2 training rows were left out, no token to learn within 8 tokens: line 11, 33 of tickets.jsonl",
    );
    const told = "line 22 of tickets.jsonl could not be rendered: no";
    expect(items[1]?.body.message).toBe(told);
    expect((await showRun(ctx, { runId: run.id })).error?.message).toBe(told);
  }));

test("a resumed run's curves say where it went on and how much it has learnt from so far, before it has ended", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const run = await claimed(ctx);
    const hello = (resumedFromStep: number | null) => {
      return { type: "hello", versions: {}, device: { kind: "cpu", name: "CPU" }, pid: 1, resumedFromStep };
    };
    const metric = (step: number) => ({
      type: "metric",
      step,
      totalSteps: 4,
      epoch: 1,
      loss: 1,
      learningRate: 0.1,
      gradNorm: 1,
      tokensPerSecond: 1,
      stepMs: 1,
      etaSeconds: 1,
      trainedTokens: step * 100,
    });
    const told = [hello(null), metric(1), metric(2), hello(1), metric(2), metric(3)];
    const events = told.map((event, i) => TrainerEvent.parse({ v: 1, seq: i + 1, t: 1, ...event }));
    await recordEvents(ctx, run, { events });
    const curves = await runCurves(ctx, { runId: run.id });
    expect(curves.train.map((point) => point.step)).toEqual([1, 2, 3]);
    expect(curves).toMatchObject({ resumes: [{ step: 1 }], trainedTokens: 300 });
    const part = await runCurves(ctx, { runId: run.id, from: 2, to: 2 });
    expect(part.train.map((point) => point.step)).toEqual([2]);
  }));

test("a story leaves out most steps, in the first page and in those that follow it live", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const run = { id: await testRun(ctx, { status: "running", totalSteps: 300 }) };
    const event = (seq: number, type: string, body: Record<string, unknown>) => ({
      runId: run.id,
      projectId: ctx.projectId,
      seq,
      type,
      body,
      at: new Date(),
    });
    const steps = Array.from({ length: 300 }, (_, i) => event(i + 2, "metric", { step: i + 1 }));
    await tx.insert(runEvents).values([event(1, "phase", { name: "training" }), ...steps, event(302, "done", {})]);
    await expect(listRunEvents(ctx, { runId: run.id, after: 2 ** 31 })).rejects.toThrow("2147483647");
    const few = async (after: number) => (await listRunEvents(ctx, { runId: run.id, after, steps: "few" })).items;
    const told = await few(0);
    expect(told[0]?.type).toBe("phase");
    expect(told.at(-1)?.type).toBe("done");
    const metrics = told.filter(({ type }) => type === "metric").map(({ body }) => body.step);
    expect(metrics).toEqual([1, ...Array.from({ length: 20 }, (_, i) => (i + 1) * 15)]);
    expect((await few(told[9]?.seq ?? 0)).map(({ seq }) => seq)).toEqual(told.slice(10).map(({ seq }) => seq));
    expect((await listRunEvents(ctx, { runId: run.id })).items).toHaveLength(302);
    const last = await listRunEvents(ctx, { runId: run.id, steps: "few", latest: true, limit: 3 });
    expect(last).toMatchObject({ items: told.slice(-3), nextAfter: null, isCut: true });
    expect((await listRunEvents(ctx, { runId: run.id, steps: "few", latest: true })).isCut).toBe(false);
  }));
