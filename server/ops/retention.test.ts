import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { makeRequestWeeks } from "#db/request-weeks.ts";
import { auditLog } from "#db/schema/audit.ts";
import { projects } from "#db/schema/people.ts";
import { requestAttempts, requestHours, requestMinutes, requestSeries, requests } from "#db/schema/requests.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { applyRetention } from "#server/ops/retention.ts";
import { SetRetention } from "#server/projects/input.ts";
import { setRetention } from "#server/projects/settings.ts";
import { showProject } from "#server/projects/show.ts";
import { storeCalls } from "#server/requests/store.ts";
import { logCalls } from "#server/requests/testing.ts";
import { testRun } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

const dayMs = 86_400_000;
const never = new AbortController().signal;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs);
const jobs = (db: Pool) => ({ db, enqueue: () => {}, actor: "system:jobs" as const });

async function addProject(db: Pool, requestDays: number) {
  const id = newId("project");
  await db.insert(projects).values({ id, slug: id.replace("_", "-"), name: "p", requestDays, rollupDays: 100 });
  return id;
}

const daysOf = async (db: Pool, projectId: string) => {
  const rows = await db.select({ at: requests.receivedAt }).from(requests).where(eq(requests.projectId, projectId));
  return rows.map(({ at }) => Math.round((Date.now() - at.getTime()) / dayMs)).sort((a, b) => a - b);
};

test("calls go by whole weeks when their project keeps them no longer: for one by deletion, for all with their week", () =>
  inDatabase(async ({ db }) => {
    const [brief, long] = [await addProject(db, 90), await addProject(db, 90)];
    const days = [0, 10, 45, 50, 80];
    for (const projectId of [brief, long])
      await logCalls(
        db,
        days.map((each) => ({ projectId, receivedAt: daysAgo(each) })),
      );
    await makeRequestWeeks(db);
    await db.update(projects).set({ requestDays: 31 }).where(eq(projects.id, brief));
    await db.update(projects).set({ requestDays: 60 }).where(eq(projects.id, long));
    const { weeks } = await applyRetention(jobs(db), {}, never);
    expect(weeks.filter((name) => name.startsWith("requests_"))).toHaveLength(1);
    expect(await daysOf(db, brief)).toEqual([0, 10]);
    expect(await daysOf(db, long)).toEqual([0, 10, 45, 50]);
    const minutes = await db.select().from(requestMinutes).where(eq(requestMinutes.projectId, brief));
    expect(minutes).toHaveLength(2);
    // hourly totals are kept longer than what they were made of
    const hours = await db.select().from(requestHours).where(eq(requestHours.projectId, brief));
    expect(hours.map(({ calls }) => calls)).toEqual([1, 1, 1, 1]);
    expect(await applyRetention(jobs(db), {}, never)).toEqual({ weeks: [], rows: 0 });
    expect(await db.$count(requests)).toBe(6);
  }));

test("a call that comes later than its project keeps any is not counted, and goes with the next pass", () =>
  inDatabase(async ({ db }) => {
    const projectId = await addProject(db, 31);
    await logCalls(db, [{ projectId }, { projectId, receivedAt: daysAgo(70) }]);
    expect(await db.$count(requests)).toBe(2);
    expect(await db.$count(requestMinutes)).toBe(1);
    await applyRetention(jobs(db), {}, never);
    expect(await daysOf(db, projectId)).toEqual([0]);
  }));

test("attempts go with their calls, and series with their last totals", () =>
  inDatabase(async ({ db }) => {
    const projectId = await addProject(db, 31);
    const call = (receivedAt: Date, model: string) =>
      JSON.stringify({
        id: newId("request"),
        project_id: projectId,
        actor: "key:a",
        endpoint: "e",
        model,
        stream: false,
        status: 200,
        attempts: 1,
        total_ms: 5,
        received_at: receivedAt.toISOString(),
        tries: [{ number: 1, host_id: "host_1", started_ms: 0, total_ms: 5, status: 200 }],
      });
    await storeCalls(db, [call(new Date(), "new"), call(daysAgo(30), "old")]);
    await db.update(projects).set({ requestDays: 7, rollupDays: 7 });
    await applyRetention(jobs(db), {}, never);
    expect(await db.$count(requestAttempts)).toBe(1);
    expect((await db.select().from(requestSeries)).map(({ model }) => model)).toEqual(["new"]);
  }));

test("events of runs that ended long ago and old audit rows go; those of a run under way and younger ones stay", () =>
  inDatabase(async ({ db }) => {
    const projectId = await addProject(db, 90);
    const ctx = { db, projectId, actor: "system:test" as const, enqueue: () => {} };
    const [ended, young, going] = [await testRun(ctx), await testRun(ctx), await testRun(ctx)];
    const event = (runId: string, seq: number) => ({
      projectId,
      runId,
      seq,
      type: "metric",
      at: daysAgo(900),
      body: {},
    });
    await db.insert(runEvents).values([ended, young, going].flatMap((id) => [event(id, 1), event(id, 2)]));
    for (const [id, days] of [
      [ended, 401],
      [young, 399],
    ] as const)
      await db
        .update(runs)
        .set({ status: "succeeded", finishedAt: daysAgo(days) })
        .where(eq(runs.id, id));
    const before = await db.$count(auditLog);
    const row = { projectId, actor: "user:a", action: "runs.start" };
    await db
      .insert(auditLog)
      .values([1_200, 1_000].map((days) => ({ ...row, id: newId("audit"), createdAt: daysAgo(days) })));
    await applyRetention(jobs(db), {}, never);
    const left = await db.selectDistinct({ id: runEvents.runId }).from(runEvents);
    expect(left.map(({ id }) => id).sort()).toEqual([young, going].sort());
    expect(await db.$count(auditLog)).toBe(before + 1);
  }));

test("an admin sets the retention within bounds; the page shows it and the audit log says it", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    expect(await showProject(ctx)).toMatchObject({
      requestDays: 90,
      rollupDays: 400,
      runEventDays: 400,
      auditDays: 1_095,
    });
    const days = { requestDays: 60, rollupDays: 200, runEventDays: 30, auditDays: 365 };
    await setRetention(ctx, days);
    expect(await showProject(ctx)).toMatchObject(days);
    const [said] = await tx.select().from(auditLog).where(sql`${auditLog.action} = 'projects.setRetention'`);
    expect(said?.detail).toEqual(days);
    for (const wrong of [
      { requestDays: 5 },
      { auditDays: 30 },
      { rollupDays: 40 },
      { requestDays: 60.5 },
      { runEventDays: 9_999 },
    ])
      expect(SetRetention.safeParse({ ...days, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
  }));
