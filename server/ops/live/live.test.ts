import { expect, onTestFinished, test, vi } from "vitest";
import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import { inDatabase } from "#db/testing.ts";
import { transact } from "#server/context.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { checkTopics } from "#server/ops/live/check-topics.ts";
import { createLiveHub, type Heard } from "#server/ops/live/hub.ts";
import { liveStream } from "#server/ops/live/stream.ts";
import { parseTopics, type Wanted } from "#server/ops/live/topics.rule.ts";
import { until } from "#server/process.fixture.ts";
import { testRun } from "#server/runs/testing.ts";
import { notifyLive } from "#server/signals/live.ts";

type Line = { id: string; event: string; data: Record<string, unknown> };

/** Streams over one hub, read line by line; pings are left out. */
function listening(db: Pool) {
  const hub = createLiveHub(db);
  const leave = new AbortController();
  function follow(wanted: Wanted[], allowed = true) {
    const stream = liveStream({ db, hub, wanted, signal: leave.signal, stillAllowed: async () => allowed });
    const reader = stream.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    async function next(): Promise<Line | null> {
      for (;;) {
        const end = rest.indexOf("\n\n");
        if (end >= 0) {
          const fields = Object.fromEntries(
            rest
              .slice(0, end)
              .split("\n")
              .map((line) => line.split(/: (.*)/s, 2)),
          );
          rest = rest.slice(end + 2);
          if (fields.event !== "ping")
            return { id: fields.id ?? "", event: fields.event, data: JSON.parse(fields.data) };
          continue;
        }
        const { value, done } = await reader.read();
        if (done) return null;
        rest += decoder.decode(value, { stream: true });
      }
    }
    return { next };
  }
  const close = async () => {
    leave.abort();
    await hub.close();
  };
  return { hub, follow, close };
}

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
    const wanted = parseTopics(`run:${runId},project:${ctx.projectId}`, null, null);
    const key = { kind: "key", keyId: "key_1", projectId: ctx.projectId, scopes: ["runs:read"] } as const;
    await checkTopics(db, key, wanted);
    await expect(checkTopics(db, { ...key, projectId: newId("project") }, wanted)).rejects.toThrow("no project");
    await expect(checkTopics(db, { ...key, scopes: ["inference"] }, wanted)).rejects.toThrow("lacks the scope");
    await expect(checkTopics(db, null, wanted)).rejects.toThrow("sign in");
  }));

test("the address says where each topic goes on; what is no topic is refused", () => {
  const run = newId("run");
  const topic = `run:${run}`;
  expect(parseTopics(topic, `${topic}:12`, null)).toEqual([{ kind: "run", topic, id: run, after: 12 }]);
  expect(parseTopics(topic, null, `${topic}:14`)).toMatchObject([{ after: 14 }]);
  expect(parseTopics(topic, null, null)).toMatchObject([{ after: null }]);
  for (const bad of ["", "run:x", "keys:key_1", `run:${run}'--`]) {
    expect(() => parseTopics(bad, null, null)).toThrow();
  }
});
