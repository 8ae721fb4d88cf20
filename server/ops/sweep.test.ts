import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { evals } from "#db/schema/evals.ts";
import { projects } from "#db/schema/people.ts";
import { inDatabase } from "#db/testing.ts";
import { catalog, type JobName, type JobPayload } from "#server/jobs/catalog.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { claim, type LeasedTable, release, type Work } from "#server/jobs/lease.ts";
import { conversions, datasetImports, evaluations, modelImports, trainings } from "#server/jobs/leased.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { addGround, addRun } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { sweep } from "#server/ops/sweep.ts";
import { testBase, testDataset, testRun } from "#server/runs/testing.ts";

type LostName = { [N in JobName]: (typeof catalog)[N]["lost"] extends "scheduled" ? never : N }[JobName];
type Enqueued = { name: string; payload: unknown; once: boolean | undefined };

const long = { createdAt: new Date(Date.now() - 3_600_000) };

/** For every job that a row waits for, a row that waits in vain → the payload to enqueue. */
const lostRow: { [N in LostName]: (ctx: ProjectJobCtx) => Promise<JobPayload<N>> } = {
  "datasets.import": async (ctx) => {
    return { projectId: ctx.projectId, versionId: (await testDataset(ctx, { status: "importing", ...long })).id };
  },
  "models.import": async (ctx) => {
    return { projectId: ctx.projectId, modelVersionId: (await testBase(ctx, { status: "importing", ...long })).id };
  },
  "models.importSample": async (ctx) => {
    await ctx.db.update(projects).set(long).where(eq(projects.id, ctx.projectId));
    return { projectId: ctx.projectId };
  },
  "models.register": async (ctx) => {
    const runId = await addRun(ctx, await addGround(ctx), { finishedAt: long.createdAt });
    return { projectId: ctx.projectId, runId };
  },
  "runs.train": (ctx) => runOf(ctx, { status: "queued", queuedAt: long.createdAt }),
  "runs.convert": (ctx) => runOf(ctx, { status: "converting", queuedAt: long.createdAt }),
  "evals.startOfRun": async (ctx) => {
    const ground = await addGround(ctx);
    const runId = await addRun(ctx, ground, { suiteId: ground.suiteId, finishedAt: long.createdAt });
    await registerModelVersion(ctx, { runId });
    return { projectId: ctx.projectId, runId };
  },
  "evals.run": async (ctx) => ({ projectId: ctx.projectId, evalId: await addEvalRow(ctx, await addGround(ctx), long) }),
};
const names = Object.keys(lostRow) as LostName[]; // safe because it is keyed by them

async function runOf(ctx: ProjectJobCtx, columns: Parameters<typeof testRun>[1]) {
  return { projectId: ctx.projectId, runId: await testRun(ctx, columns) };
}

async function addEvalRow(
  ctx: ProjectJobCtx,
  { suiteId }: Awaited<ReturnType<typeof addGround>>,
  columns: Partial<typeof evals.$inferInsert>,
) {
  const id = newId("eval");
  const row = { id, projectId: ctx.projectId, suiteId, status: "queued" as const, casesTotal: 2 };
  await ctx.db.insert(evals).values({ ...row, createdBy: ctx.actor, ...columns });
  return id;
}

/** A project that is too young to miss its sample, and what a sweep enqueues. */
async function sweeping(db: ProjectJobCtx["db"]) {
  const { ctx } = await testJobs(db);
  await db.update(projects).set({ createdAt: sql`now() + interval '1 day'` });
  const enqueued: Enqueued[] = [];
  const enqueue: ProjectJobCtx["enqueue"] = (name, payload, options) =>
    void enqueued.push({ name, payload, once: options?.once });
  return { ctx, enqueued, sweepOnce: () => sweep({ ...ctx, enqueue }) };
}

test("every job of the catalog either says which rows are lost or keeps house by schedule", () => {
  const scheduled = Object.entries(catalog).filter(([, job]) => job.lost === "scheduled");
  expect(scheduled.every(([, job]) => "everyMs" in job)).toBe(true);
  expect([...names, ...scheduled.map(([name]) => name)].sort()).toEqual(Object.keys(catalog).sort());
});

test.each(names)("a lost %s is enqueued again, once, and nothing else is", (name) =>
  inDatabase(async ({ db }) => {
    const { ctx, enqueued, sweepOnce } = await sweeping(db);
    const payload = await lostRow[name](ctx);
    expect(catalog[name].payload.parse(payload)).toEqual(payload);
    expect(await sweepOnce()).toMatchObject({ [name]: 1 });
    expect(enqueued).toEqual([{ name, payload, once: true }]);
  }),
);

/** For every leased work, how its row is taken → how it is let go. */
const take = {
  "datasets.import": (ctx: ProjectJobCtx, id: string) => hold(ctx, datasetImports, id),
  "models.import": (ctx: ProjectJobCtx, id: string) => hold(ctx, modelImports, id),
  "runs.train": (ctx: ProjectJobCtx, id: string) => hold(ctx, trainings, id, { set: { status: "running" } }),
  "runs.convert": (ctx: ProjectJobCtx, id: string) => hold(ctx, conversions, id),
  "evals.run": (ctx: ProjectJobCtx, id: string) => hold(ctx, evaluations, id, { set: { status: "running" } }),
};

async function hold<T extends LeasedTable>(
  ctx: ProjectJobCtx,
  work: Work<T>,
  id: string,
  change?: Parameters<typeof claim<T>>[3],
) {
  const taken = await claim(ctx, work, id, change);
  if (!taken) throw new Error("it could not be claimed");
  return () => release(ctx, work, taken);
}

test.each(Object.keys(take) as (keyof typeof take)[])(
  "a %s that is worked on is left alone, and enqueued again when its worker lets go",
  (name) =>
    inDatabase(async ({ db }) => {
      const { ctx, enqueued, sweepOnce } = await sweeping(db);
      const payload = await lostRow[name](ctx);
      const letGo = await take[name](ctx, String(Object.values(payload).find((value) => value !== ctx.projectId)));
      await sweepOnce();
      expect(enqueued).toEqual([]);
      expect(await letGo()).toBe(true);
      await sweepOnce();
      expect(enqueued).toEqual([{ name, payload, once: true }]);
    }),
);

test("what has only just been made, has ended or was never wanted is not enqueued", () =>
  inDatabase(async ({ db }) => {
    const { ctx, enqueued, sweepOnce } = await sweeping(db);
    const soon = { createdAt: new Date(Date.now() + 3_600_000) };
    await testDataset(ctx, { status: "importing", ...soon });
    await testDataset(ctx, { status: "importing", ...long, deletedAt: new Date() });
    for (const status of ["ready", "needs_review", "refused"] as const) await testDataset(ctx, { status, ...long });
    await testBase(ctx, { status: "importing", ...soon });
    for (const status of ["ready", "failed"] as const) await testBase(ctx, { status, ...long });
    await testRun(ctx, { status: "queued", queuedAt: soon.createdAt });
    await testRun(ctx, { status: "running", leaseHolder: "elsewhere/1/1", heartbeatAt: soon.createdAt, ...long });
    for (const status of ["failed", "cancelled", "paused"] as const) await testRun(ctx, { status, ...long });
    await testRun(ctx, { status: "succeeded", finishedAt: long.createdAt }); // left no adapter
    const ground = await addGround(ctx);
    await testBase(ctx, { runId: await addRun(ctx, ground, { finishedAt: long.createdAt }) });
    await addEvalRow(ctx, ground, soon);
    await sweepOnce();
    expect(enqueued).toEqual([]);
  }));

test("a kind of job that cannot be looked up does not keep the others from being enqueued", () =>
  inDatabase(async ({ db }) => {
    const { ctx, enqueued, sweepOnce } = await sweeping(db);
    const payload = await lostRow["evals.run"](ctx);
    await db.execute(sql`alter table dataset_versions rename to elsewhere`);
    await expect(sweepOnce()).rejects.toThrow("1 kinds of jobs could not be swept");
    expect(enqueued).toEqual([{ name: "evals.run", payload, once: true }]);
  }));
