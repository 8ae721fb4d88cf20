import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runEvents } from "#db/schema/runs.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { testDataFolder } from "#server/jobs/jobs-process.fixture.ts";
import { ownLease } from "#server/jobs/lease.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { listRunEvents } from "#server/runs/list-events.ts";
import { recordEvents } from "#server/runs/record-events.ts";
import { testRun } from "#server/runs/testing.ts";
import { createTail } from "#server/runs/trainer/tail.ts";
import { testProject } from "#server/testing.ts";

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

test("a story leaves out most steps, in the first page and in those that follow it live", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const runId = await testRun(ctx, { status: "running", totalSteps: 300 });
    const event = (seq: number, type: string, body: Record<string, unknown>) => ({
      ...{ runId, projectId: ctx.projectId, seq, type, body, at: new Date() },
    });
    const steps = Array.from({ length: 300 }, (_, i) => event(i + 2, "metric", { step: i + 1 }));
    await tx.insert(runEvents).values([event(1, "phase", { name: "training" }), ...steps, event(302, "done", {})]);
    const few = async (after: number) => (await listRunEvents(ctx, { runId, after, steps: "few" })).items;
    const told = await few(0);
    expect(told[0]?.type).toBe("phase");
    expect(told.at(-1)?.type).toBe("done");
    const metrics = told.filter(({ type }) => type === "metric").map(({ body }) => body.step);
    expect(metrics).toEqual([1, ...Array.from({ length: 20 }, (_, i) => (i + 1) * 15)]);
    expect((await few(told[9]?.seq ?? 0)).map(({ seq }) => seq)).toEqual(told.slice(10).map(({ seq }) => seq));
    expect((await listRunEvents(ctx, { runId })).items).toHaveLength(302);
  }));
