import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { type RunStatus, runStatuses } from "#db/enums.ts";
import { auditLog } from "#db/schema/audit.ts";
import { datasetVersions } from "#db/schema/datasets.ts";
import { runs } from "#db/schema/runs.ts";
import { inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { cancelRun } from "#server/runs/cancel.ts";
import { runCurves } from "#server/runs/curves.ts";
import { findRun } from "#server/runs/find-run.ts";
import { listRunEvents } from "#server/runs/list-events.ts";
import { nameRun } from "#server/runs/name-run.ts";
import { attemptsWithoutProgress } from "#server/runs/outcome.rule.ts";
import { pauseRun } from "#server/runs/pause.ts";
import { resumeRun } from "#server/runs/resume.ts";
import { testBase, testDataset, testRun } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

type Verb = (ctx: Ctx, input: { runId: string }) => Promise<{ status: RunStatus }>;

/** What the verb makes of a run in each status; `refused` where it is a conflict that names the status. */
async function outcomes(tx: Tx, verb: Verb) {
  const { ctx } = await testProject(tx);
  const parents = { baseVersionId: (await testBase(ctx)).id, datasetVersionId: (await testDataset(ctx)).id };
  const seen: Partial<Record<RunStatus, string>> = {};
  for (const status of runStatuses) {
    const runId = await testRun(ctx, { ...parents, name: status, status });
    try {
      seen[status] = (await verb(ctx, { runId })).status;
    } catch (error) {
      expect(error, status).toMatchObject({ code: "CONFLICT" });
      seen[status] = "refused";
      const [row] = await tx.select({ status: runs.status }).from(runs).where(eq(runs.id, runId));
      expect(row).toEqual({ status });
    }
  }
  const refused = Object.values(seen).filter((outcome) => outcome === "refused").length;
  expect(await tx.$count(auditLog, eq(auditLog.projectId, ctx.projectId))).toBe(runStatuses.length - refused);
  return seen;
}

test("a cancel ends at once what waits, asks what trains to stop, and is refused for what has ended", () =>
  inTx(async (tx) => {
    expect(await outcomes(tx, cancelRun)).toEqual({
      queued: "cancelled",
      paused: "cancelled",
      running: "cancelling",
      pausing: "cancelling",
      cancelling: "cancelling",
      converting: "refused",
      succeeded: "refused",
      failed: "refused",
      cancelled: "refused",
    });
  }));

test("a pause stops at once what waits, asks what trains to stop, and is refused for anything else", () =>
  inTx(async (tx) => {
    expect(await outcomes(tx, pauseRun)).toEqual({
      queued: "paused",
      paused: "paused",
      running: "pausing",
      pausing: "pausing",
      cancelling: "refused",
      converting: "refused",
      succeeded: "refused",
      failed: "refused",
      cancelled: "refused",
    });
  }));

test("a resume queues what is paused, failed or cancelled, and is refused for anything else", () =>
  inTx(async (tx) => {
    const seen = await outcomes(tx, resumeRun);
    for (const status of runStatuses)
      expect(seen[status], status).toBe(["paused", "failed", "cancelled"].includes(status) ? "queued" : "refused");
  }));

test("a resumed run stands at the end of the line with new attempts, no error and nobody holding it", () =>
  inTx(async (tx) => {
    const { ctx, enqueued } = await testProject(tx);
    const error = { code: "OOM", message: "out of memory", hint: null };
    const past = new Date(0);
    const columns = {
      error,
      attempt: 7,
      attemptLimit: 7,
      step: 40,
      leaseHolder: "gone/1/1",
      queuedAt: past,
      finishedAt: past,
    };
    const runId = await testRun(ctx, { status: "failed", ...columns });
    expect(await resumeRun(ctx, { runId })).toMatchObject({
      status: "queued",
      error: null,
      finishedAt: null,
      leaseHolder: null,
      step: 40,
      attempt: 7,
      attemptLimit: 7 + attemptsWithoutProgress,
    });
    const [row] = await tx.select({ queuedAt: runs.queuedAt }).from(runs).where(eq(runs.id, runId));
    expect(row?.queuedAt.getTime()).toBeGreaterThan(0);
    expect(enqueued).toEqual([{ name: "runs.train", payload: { projectId: ctx.projectId, runId } }]);
    await expect(resumeRun(ctx, { runId })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(enqueued).toHaveLength(1);
  }));

test("a run whose data was deleted cannot go on, and says so", () =>
  inTx(async (tx) => {
    const { ctx, enqueued } = await testProject(tx);
    const { id: datasetVersionId } = await testDataset(ctx);
    const runId = await testRun(ctx, { status: "paused", datasetVersionId });
    await tx.update(datasetVersions).set({ deletedAt: sql`now()` }).where(eq(datasetVersions.id, datasetVersionId));
    await expect(resumeRun(ctx, { runId })).rejects.toMatchObject({ code: "NOT_FOUND", field: "dataset" });
    expect(enqueued).toEqual([]);
  }));

test("a run is found by id, short id or name; a name that two runs have lists both, the newest first", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const parents = { baseVersionId: (await testBase(ctx)).id, datasetVersionId: (await testDataset(ctx)).id };
    const first = await testRun(ctx, { ...parents, name: "nächtlich" });
    for (const ref of [first, first.slice(-6), "nächtlich"]) expect((await findRun(ctx, ref)).id, ref).toBe(first);
    for (const ref of ["", "nacht", first.slice(-5), "%"])
      await expect(findRun(ctx, ref), ref).rejects.toMatchObject({ code: "NOT_FOUND" });
    const second = await testRun(ctx, { ...parents, name: first.slice(-6) });
    const both = await findRun(ctx, first.slice(-6)).catch((error: Error) => error);
    expect(both).toMatchObject({ code: "CONFLICT" });
    const message = String(both);
    const [newest, oldest] = [second, first].map((id) => message.indexOf(`(${id.slice(-6)})`));
    expect(newest).toBeGreaterThan(-1);
    expect(newest).toBeLessThan(oldest ?? -1);
    const { ctx: strange } = await testProject(tx);
    await expect(findRun(strange, first)).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));

test("a stranger can neither cancel, pause nor resume a run, nor read its events", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const runId = await testRun(ctx);
    const { ctx: strange } = await testProject(tx);
    for (const ask of [cancelRun, pauseRun, resumeRun, listRunEvents, runCurves])
      await expect(ask(strange, { runId }), ask.name).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await findRun(ctx, runId)).status).toBe("queued");
  }));

test("a name that is taken gets the first free number; a deleted run's name is free, another project's is no matter", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const parents = { baseVersionId: (await testBase(ctx)).id, datasetVersionId: (await testDataset(ctx)).id };
    for (const name of ["nightly", "nightly-2", "nightly-4"]) await testRun(ctx, { ...parents, name });
    const named = (wanted: string | undefined, of = ctx) => nameRun(of, { wanted, stem: "triage-sft" });
    expect(await named("nightly")).toBe("nightly-3");
    expect(await named("Nightly")).toBe("Nightly");
    expect(await named(undefined)).toBe("triage-sft-4");
    await tx.update(runs).set({ deletedAt: sql`now()` }).where(eq(runs.name, "nightly"));
    expect(await named("nightly")).toBe("nightly");
    expect(await named("nightly-2", (await testProject(tx)).ctx)).toBe("nightly-2");
  }));
