import { spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { eq, sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import { afterEach, expect, test, vi } from "vitest";
import { newId } from "#db/ids.ts";
import { datasetVersions } from "#db/schema/datasets.ts";
import { inDatabase } from "#db/testing.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import {
  beat,
  claim,
  findAbandoned,
  isLeaseLost,
  keepBeating,
  ownedBy,
  ownHolder,
  release,
  staleSeconds,
} from "#server/jobs/lease.ts";
import { datasetImports } from "#server/jobs/leased.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { startTimeOf } from "#server/process.ts";
import { testDataset } from "#server/runs/testing.ts";

const hourAgo = () => new Date(Date.now() - 3_600_000);
const work = datasetImports;

afterEach(() => void vi.useRealTimers());

/** A project with a row to claim, and the means to look at it and to change it. */
async function importing(db: ProjectJobCtx["db"]) {
  const { ctx } = await testJobs(db);
  const { id } = await testDataset(ctx, { status: "importing", createdAt: hourAgo() });
  const mine = eq(datasetVersions.id, id);
  const set = (values: PgUpdateSetSource<typeof datasetVersions>) => db.update(datasetVersions).set(values).where(mine);
  const row = async () => (await db.select().from(datasetVersions).where(mine))[0];
  const take = () => claim(ctx, work, id);
  const surely = async () => {
    const taken = await take();
    if (!taken) throw new Error("it could not be claimed");
    return taken;
  };
  return { ctx, id, set, row, take, surely };
}

test("of claimants at the same moment one wins, and its row says who and since when", () =>
  inDatabase(async ({ db }) => {
    const { take, row } = await importing(db);
    const claims = await Promise.all([take(), take(), take(), take()]);
    expect(claims.filter((each) => each !== null)).toHaveLength(1);
    expect(await row()).toMatchObject({ leaseAttempt: 1, leaseHolder: ownHolder(), leasedAt: expect.any(Date) });
  }));

test("a silent worker's claim is taken when it is stale by the database's clock, whatever the processes' clocks say", () =>
  inDatabase(async ({ db }) => {
    const { set, take } = await importing(db);
    await set({ leaseHolder: "elsewhere/1/1", heartbeatAt: sql`now()`, leaseAttempt: 4 });
    const day = 86_400_000;
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + day });
    expect(await take()).toBeNull();
    await set({ heartbeatAt: sql`now() - interval '1 second' * ${staleSeconds - 5}` });
    expect(await take()).toBeNull();
    vi.setSystemTime(Date.now() - 2 * day);
    await set({ heartbeatAt: sql`now() - interval '1 second' * ${staleSeconds + 1}` });
    expect(await take()).toMatchObject({ leaseAttempt: 5 });
  }));

test("who lost a claim can neither beat nor release nor write, also within the same process", () =>
  inDatabase(async ({ db }) => {
    const { ctx, set, surely, row } = await importing(db);
    const first = await surely();
    expect(await beat(ctx, work, first, { rowsRead: 10 })).toBe(true);
    await set({ heartbeatAt: sql`now() - interval '1 hour'` });
    const second = await surely();
    expect(second.leaseAttempt).toBe(first.leaseAttempt + 1);

    expect(await beat(ctx, work, first, { rowsRead: 99 })).toBe(false);
    expect(await release(ctx, work, first, { status: "ready" })).toBe(false);
    const guarded = await db.update(datasetVersions).set({ rowsRead: 99 }).where(ownedBy(work, first)).returning();
    expect(guarded).toEqual([]);
    expect(await row()).toMatchObject({ status: "importing", rowsRead: 10, leaseAttempt: second.leaseAttempt });

    expect(await release(ctx, work, second, { status: "ready" })).toBe(true);
    expect(await row()).toMatchObject({ status: "ready", leaseHolder: null, heartbeatAt: null });
    expect(await beat(ctx, work, second)).toBe(false);
  }));

test("a claim is lost when the row needs no worker any more, and nobody claims such a row", () =>
  inDatabase(async ({ db }) => {
    const { ctx, set, surely, take } = await importing(db);
    const taken = await surely();
    await set({ deletedAt: sql`now()` });
    expect(await beat(ctx, work, taken)).toBe(false);
    expect(await take()).toBeNull();
    expect(await findAbandoned(db, work)).toEqual([]);
  }));

test("a release lets the next take it at once; what lies on one machine is its workers' for a minute", () =>
  inDatabase(async ({ db }) => {
    const { ctx, set, surely, take, row } = await importing(db);
    await release(ctx, work, await surely());
    await release(ctx, work, await surely(), {}, { here: true });
    expect((await row())?.leaseHolder).toBe(`${hostname()}/-/-`);
    expect(await take()).not.toBeNull();
    await set({ leaseHolder: "elsewhere/-/-", heartbeatAt: sql`now()` });
    expect(await take()).toBeNull();
    await set({ heartbeatAt: sql`now() - interval '61 seconds'` });
    expect(await take()).not.toBeNull();
  }));

test("a worker of this machine that was killed loses its claim at once", () =>
  inDatabase(async ({ db }) => {
    const { set, take, id, ctx } = await importing(db);
    const child = spawn("sleep", ["1000"]);
    await once(child, "spawn");
    const holder = `${hostname()}/${child.pid}/${startTimeOf(child.pid ?? 0)}`;
    await set({ leaseHolder: holder, heartbeatAt: sql`now()` });
    expect(await take()).toBeNull();
    expect(await findAbandoned(db, work)).toEqual([]);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await findAbandoned(db, work)).toEqual([{ projectId: ctx.projectId, id }]);
    expect(await take()).not.toBeNull();
  }));

test("a row of another project is not claimed", () =>
  inDatabase(async ({ db }) => {
    const { ctx, id } = await importing(db);
    expect(await claim({ ...ctx, projectId: newId("project") }, work, id)).toBeNull();
  }));

test("of many abandoned rows every project's longest waiting come first", () =>
  inDatabase(async ({ db }) => {
    const { ctx: flooding } = await testJobs(db);
    const { ctx: other } = await testJobs(db);
    const add = (ctx: ProjectJobCtx, minutes: number) =>
      testDataset(ctx, { status: "importing", createdAt: new Date(Date.now() - minutes * 60_000) });
    const flood = [];
    for (const minutes of [90, 80, 70, 60]) flood.push((await add(flooding, minutes)).id);
    const { id: late } = await add(other, 5);
    const { id: later } = await add(other, 4);
    const found = await findAbandoned(db, work, 3);
    expect(found.map((row) => row.id)).toEqual([flood[0], late, flood[1]]);
    expect((await findAbandoned(db, work)).map((row) => row.id)).toEqual([
      flood[0],
      late,
      flood[1],
      later,
      ...flood.slice(2),
    ]);
  }));

test("a heart goes on while the database is away, and says when the claim is lost", async () => {
  let beats = 0;
  const heart = keepBeating(async () => {
    beats++;
    if (beats < 3) throw new Error("the database is away");
    return beats < 5;
  }, 5);
  if (!heart.lost.aborted) await once(heart.lost, "abort");
  heart.stop();
  expect(beats).toBeGreaterThanOrEqual(5);
  expect(isLeaseLost(heart.lost.reason)).toBe(true);
});
