import { expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import { inDatabase } from "#db/testing.ts";
import { transact } from "#server/context.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { FollowLive } from "#server/ops/input.ts";
import { checkTopics } from "#server/ops/live/check-topics.ts";
import { createLiveHub, type Heard } from "#server/ops/live/hub.ts";
import { liveEvents } from "#server/ops/live/stream.ts";
import { parseTopics, placeId, type Wanted } from "#server/ops/live/topics.rule.ts";
import { until } from "#server/process.fixture.ts";
import { testRun } from "#server/runs/testing.ts";
import { notifyLive } from "#server/signals/live.ts";

/** Streams over one hub, read event by event. */
function listening(db: Pool) {
  const hub = createLiveHub(db);
  const leave = new AbortController();
  function follow(wanted: Wanted[], stillAllowed = async () => true) {
    const events = liveEvents({ db, hub, wanted, signal: leave.signal, stillAllowed });
    let coming = events.next(); // tRPC, too, asks at once
    async function next(): Promise<Line | null> {
      const { value, done } = await coming;
      if (done || !value) return null;
      coming = events.next();
      if (!value.item) return next(); // the line stands
      return { id: value.id, event: value.item.topic, after: value.item.after, data: Event.parse(value.item.data) };
    }
    return { next };
  }
  const close = async () => {
    leave.abort();
    await hub.close();
  };
  return { hub, follow, close };
}

type Line = { id: string | null; event: string; after: number | null; data: z.infer<typeof Event> };
const Event = z.looseObject({ seq: z.number().optional() });

async function tell(ctx: Awaited<ReturnType<typeof testJobs>>["ctx"], runId: string, from: number, to: number) {
  await transact(ctx, async (ctx) => {
    for (let seq = from; seq <= to; seq++) {
      const row = { projectId: ctx.projectId, runId, seq, type: "metric", at: new Date(), body: { step: seq } };
      await ctx.db.insert(runEvents).values(row);
    }
    await ctx.db.update(runs).set({ lastSeq: to });
    await notifyLive(ctx, `run:${runId}`, { seq: to });
  });
}

test("a run's events are replayed after the last one seen, then followed without a gap", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const runId = await testRun(ctx);
    const live = listening(db);
    await tell(ctx, runId, 1, 700); // more than one read brings
    const topic = `run:${runId}`;
    const replayed = live.follow([{ kind: "run", topic, id: runId, after: 3 }]);
    const fromNow = live.follow([{ kind: "run", topic, id: runId, after: null }]);
    for (let seq = 4; seq <= 700; seq++) expect((await replayed.next())?.data.seq).toBe(seq);
    await tell(ctx, runId, 701, 702);
    expect(await replayed.next()).toMatchObject({ id: `${topic}:701`, event: topic, data: { type: "metric" } });
    expect((await replayed.next())?.data).toMatchObject({ seq: 702, body: { step: 702 } });
    expect((await fromNow.next())?.data.seq).toBe(701);
    await live.close();
  }));

test("a project's hints reach every stream of the process; a lost connection is told and events go on", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const runId = await testRun(ctx);
    const live = listening(db);
    const topic = `project:${ctx.projectId}`;
    const streams = [1, 2].map(() => live.follow([{ kind: "project", topic, id: ctx.projectId }]));
    const run = live.follow([{ kind: "run", topic: `run:${runId}`, id: runId, after: 0 }]);
    await live.hub.subscribe("run:ready", () => {}); // resolves when the connection listens
    await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "runs", id: runId });
    const again = { kind: "reconnected", id: "" }; // nobody can say what a young hub has missed
    for (const stream of streams) expect((await stream.next())?.data).toEqual(again);
    for (const stream of streams) expect((await stream.next())?.data).toEqual({ kind: "runs", id: runId });
    await db.execute(`select pg_terminate_backend(pid) from pg_stat_activity
      where query ilike 'listen%' and datname = current_database()`);
    expect((await streams[0]?.next())?.data).toEqual({ kind: "reconnected", id: "" });
    await tell(ctx, runId, 1, 1);
    expect((await run.next())?.data.seq).toBe(1);
    await live.close();
  }));

test("who follows just after something changed is told of it, each kind once", { timeout: 90_000 }, () =>
  inDatabase(async ({ db }) => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const hub = createLiveHub(db);
    const heard = (into: Heard[]) => (each: Heard) => void into.push(each);
    const early: Heard[] = [];
    await hub.subscribe("project:a", heard(early));
    vi.advanceTimersByTime(21_000); // the hub is no longer young
    for (const id of ["1", "2"]) await notifyLive({ db }, "project:a", { kind: "requests", id });
    await until(async () => early.length === 3);
    const late: Heard[] = [];
    await hub.subscribe("project:a", heard(late));
    expect(late).toEqual([{ kind: "requests", id: "2" }]);
    vi.advanceTimersByTime(21_000);
    const later: Heard[] = [];
    await hub.subscribe("project:a", heard(later));
    expect(later).toEqual([]);
    await hub.close();
  }),
);

test("only topics of one's own projects can be followed", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const runId = await testRun(ctx);
    const wanted = parseTopics({ [`run:${runId}`]: null, [`project:${ctx.projectId}`]: null });
    const key = { kind: "key", keyId: "key_1", projectId: ctx.projectId, scopes: ["runs:read"] } as const;
    await checkTopics(db, key, wanted);
    await expect(checkTopics(db, { ...key, projectId: newId("project") }, wanted)).rejects.toThrow("no project");
    await expect(checkTopics(db, { ...key, scopes: ["inference"] }, wanted)).rejects.toThrow("lacks the scope");
    await expect(checkTopics(db, null, wanted)).rejects.toThrow("sign in");
  }));

test("where each topic goes on is the last event that arrived, else what the page had seen; what is no topic is refused", () => {
  const [one, two] = [newId("run"), newId("run")];
  const [a, b] = [`run:${one}`, `run:${two}`];
  expect(parseTopics({ [a]: 12, [b]: null })).toMatchObject([{ after: 12 }, { after: null }]);
  const arrived = placeId(
    new Map([
      [a, 14],
      [b, 3],
    ]),
  );
  expect(parseTopics({ [a]: 12, [b]: null }, arrived)).toMatchObject([{ after: 14 }, { after: 3 }]);
  expect(parseTopics({ [a]: 12 }, `${a}:x,nonsense`)).toEqual([{ kind: "run", topic: a, id: one, after: 12 }]);
  expect(parseTopics({ [a]: 12 }, `${a}:${2 ** 31}`)).toMatchObject([{ after: 12 }]);
  const readable = (topics: unknown) => FollowLive.safeParse({ topics }).success;
  expect(readable({ [a]: 0, [`project:${newId("project")}`]: null })).toBe(true);
  for (const bad of [
    {},
    { "run:x": null },
    { "keys:key_1": null },
    { [`${a}'--`]: null },
    { [a]: -1 },
    { [a]: 2 ** 31 },
    [a],
  ])
    expect(readable(bad)).toBe(false);
  const many = Array.from({ length: 21 }, () => [`run:${newId("run")}`, null]);
  expect(readable(Object.fromEntries(many))).toBe(false);
});

test("a slow reader keeps no more than the newest hints: beyond that it looks again at everything", () =>
  inDatabase(async ({ db }) => {
    const live = listening(db);
    const topic = `project:${newId("project")}`;
    let tellIt = (_: Heard) => {};
    const subscribed = new Promise<void>((resolve) => {
      live.hub.subscribe = async (_, hear) => {
        tellIt = hear;
        resolve();
        return () => {};
      };
    });
    const { hub } = live;
    const { signal } = new AbortController();
    const wanted: Wanted[] = [{ kind: "project", topic, id: "" }];
    const events = liveEvents({ db, hub, wanted, signal, stillAllowed: async () => true });
    const first = events.next();
    await subscribed;
    tellIt({ kind: "runs", id: "first" });
    await first; // the line stands
    await events.next();
    for (let i = 0; i < 600; i++) tellIt({ kind: "runs", id: `run_${i}` });
    for (let i = 0; i < 600; i++) tellIt({ kind: "runs", id: "run_599" });
    const heard: unknown[] = [];
    const next = async () => void heard.push(Object((await events.next()).value).item?.data);
    while (!JSON.stringify(heard.at(-1) ?? "").includes("run_599")) await next();
    expect(heard.length).toBeLessThan(110);
    expect(heard[0]).toEqual({ kind: "reconnected", id: "" });
    tellIt({ kind: "evals", id: "last" });
    await next();
    expect(heard.at(-1)).toEqual({ kind: "evals", id: "last" });
    await events.return();
    await live.close();
  }));

test("a stream ends when its reader may no longer follow, and when its reader goes", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const live = listening(db);
    const topic = `project:${ctx.projectId}` as const;
    await live.hub.subscribe("run:ready", () => {});
    let allowed = true;
    const wanted: Wanted[] = [{ kind: "project", topic, id: ctx.projectId }];
    const stream = live.follow(wanted, async () => allowed);
    expect((await stream.next())?.data).toEqual({ kind: "reconnected", id: "" });
    allowed = false;
    await notifyLive(ctx, topic, { kind: "projects", id: ctx.projectId });
    let last = await stream.next();
    if (last) last = await stream.next(); // the hint that somebody left may still pass
    expect(last).toBeNull();
    const other = live.follow(wanted);
    await other.next();
    const waiting = other.next();
    await live.close();
    await waiting;
    expect(await other.next()).toBeNull();
  }));
