import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { eq } from "drizzle-orm";
import { EventSource } from "undici";
import { expect, test, vi } from "vitest";
import type { LiveTopic } from "#components/live.rule.ts";
import { createLiveClient } from "#components/live-client.ts";
import { members } from "#db/schema/people.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import { inDatabase } from "#db/testing.ts";
import { transact } from "#server/context.ts";
import type { Caller } from "#server/enter-project.ts";
import { hubOf } from "#server/ops/live/follow.ts";
import { until } from "#server/process.fixture.ts";
import { appRouter } from "#server/router.ts";
import { testRun } from "#server/runs/testing.ts";
import { type LiveKind, notifyLive } from "#server/signals/live.ts";
import { testProject, testStorage } from "#server/testing.ts";

type Heard = { seq: number | null; kind: unknown };
type Tab = ReturnType<typeof openTab>;

/** A tab of this browser: node's Web Locks, BroadcastChannel and EventSource are those of one origin. */
function openTab() {
  const page = new EventTarget();
  const tab = { hidden: false };
  const client = createLiveClient({
    get hidden() {
      return tab.hidden;
    },
    addEventListener: page.addEventListener.bind(page),
  });
  const leaving: (() => void)[] = [];
  return {
    follow(topic: LiveTopic, seen: number | null = null) {
      const heard: Heard[] = [];
      const onEvent = ({ seq, data }: { seq: number | null; data: unknown }) =>
        void heard.push({ seq, kind: Reflect.get(Object(data), "kind") });
      leaving.push(client.subscribe({ topic, seen, onEvent }));
      return heard;
    },
    show(visible: boolean) {
      tab.hidden = !visible;
      page.dispatchEvent(new Event("visibilitychange"));
    },
    client,
    close: () => {
      for (const leave of leaving) leave();
    },
  };
}

/** A console with a project and a run of it, reached over a real socket; `lines` are the streams as they were asked for. */
async function onConsole(
  fn: (house: {
    tab: () => Tab;
    run: LiveTopic;
    project: LiveTopic;
    tell: (from: number, to: number) => Promise<void>;
    hint: (kind: LiveKind) => Promise<void>;
    lines: { lastEventId: string | null; open: boolean }[];
    cut: () => void;
    setMember: (isMember: boolean) => Promise<void>;
  }) => Promise<void>,
) {
  await inDatabase(async ({ db }) => {
    const { ctx: made, userId, projectId } = await db.transaction((tx) => testProject(tx));
    const ctx = { ...made, db };
    const storage = await testStorage();
    const runId = await testRun(ctx);
    const caller: Caller = { kind: "user", userId, sessionId: "ses_of_test", isOwner: false };
    const lines: { lastEventId: string | null; open: boolean }[] = [];
    const server = createAdaptorServer({
      fetch: (req) => {
        const createContext = () => ({
          db,
          storage,
          enqueue: ctx.enqueue,
          caller,
          projectSlug: null,
          requestId: "req_of_test",
        });
        return fetchRequestHandler({ endpoint: "/api/trpc", req, router: appRouter, createContext });
      },
    });
    server.on("request", (req: IncomingMessage, res: ServerResponse) => {
      const line = { lastEventId: req.headers["last-event-id"]?.toString() ?? null, open: true };
      lines.push(line);
      res.on("close", () => {
        line.open = false;
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo; // safe because a server that listens on TCP has one
    vi.stubGlobal("window", { location: { origin: `http://127.0.0.1:${port}` }, addEventListener: () => {} });
    vi.stubGlobal("EventSource", EventSource);
    const tabs: Tab[] = [];
    const cut = () => {
      if ("closeAllConnections" in server) server.closeAllConnections();
    };
    try {
      await fn({
        tab: () => {
          const tab = openTab();
          tabs.push(tab);
          return tab;
        },
        run: `run:${runId}`,
        project: `project:${projectId}`,
        tell: (from, to) =>
          transact(ctx, async (ctx) => {
            for (let seq = from; seq <= to; seq++)
              await ctx.db
                .insert(runEvents)
                .values({ projectId, runId, seq, type: "metric", at: new Date(), body: { step: seq } });
            await ctx.db.update(runs).set({ lastSeq: to }).where(eq(runs.id, runId));
            await notifyLive(ctx, `run:${runId}`, { seq: to });
          }),
        hint: (kind) => notifyLive(ctx, `project:${projectId}`, { kind, id: "x" }),
        lines,
        cut,
        setMember: async (isMember) => {
          if (isMember) await db.insert(members).values({ projectId, userId, role: "admin" });
          else await db.delete(members).where(eq(members.userId, userId));
        },
      });
    } finally {
      for (const tab of tabs) tab.close();
      await until(async () => lines.every((line) => !line.open));
      cut();
      server.close();
      await hubOf(db).close();
      vi.unstubAllGlobals();
    }
  });
}

const seqs = (heard: readonly Heard[]) => heard.map(({ seq }) => seq);

test("tabs share the leader's one stream; when it is hidden the next leads, and nothing is lost or told twice", () =>
  onConsole(async ({ tab, run, tell, lines }) => {
    await tell(1, 3);
    const [first, second] = [tab(), tab()];
    const early = first.follow(run, 0);
    await until(async () => early.length === 3);
    const late = second.follow(run, 2); // the leader's stream has passed this place: it goes back for the second tab
    await until(async () => late.length === 1);
    await tell(4, 4);
    await until(async () => early.length === 4 && late.length === 2);
    await until(async () => lines.filter((line) => line.open).length === 1);
    first.show(false);
    await until(async () => lines.filter((line) => line.open).length === 1 && lines.length > 2);
    await tell(5, 6);
    await until(async () => late.length === 4);
    first.show(true);
    await tell(7, 7);
    await until(async () => early.at(-1)?.seq === 7 && late.at(-1)?.seq === 7);
    expect(seqs(early)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(seqs(late)).toEqual([3, 4, 5, 6, 7]);
    expect(lines.filter((line) => line.open)).toHaveLength(1);
    second.show(false);
    first.show(false);
    await until(async () => lines.every((line) => !line.open));
  }));

test("a cut line is taken up after the last event that came, and who follows hints is told to look again", () =>
  onConsole(async ({ tab, run, project, tell, hint, lines, cut }) => {
    const page = tab();
    const events = page.follow(run, 0);
    const hints = page.follow(project);
    await tell(1, 2);
    await until(async () => events.length === 2 && page.client.state() === "live");
    await until(async () => hints.length > 0); // a hub that has just begun to listen says so
    await hint("datasets");
    await until(async () => hints.at(-1)?.kind === "datasets");
    cut();
    await until(async () => page.client.staleSince() !== undefined);
    await tell(3, 4); // while nobody listens
    await until(async () => page.client.state() === "live" && events.length === 4);
    expect(page.client.staleSince()).toBeUndefined();
    await tell(5, 5);
    await until(async () => events.length === 5);
    expect(seqs(events)).toEqual([1, 2, 3, 4, 5]);
    expect(lines.at(-1)?.lastEventId).toBe(`${run}:2`);
    await until(async () => hints.some(({ kind }, at) => kind === "reconnected" && at > 1));
    expect(hints.every(({ seq }) => seq === null)).toBe(true);
  }));

test("who is removed from the project hears nothing more, and goes on where he stood when he is back", () =>
  onConsole(async ({ tab, run, project, tell, hint, setMember, lines }) => {
    const page = tab();
    const events = page.follow(run, 0);
    page.follow(project);
    await tell(1, 1);
    await until(async () => events.length === 1);
    await setMember(false);
    await hint("projects");
    await until(async () => page.client.state() === "stale");
    await tell(2, 2);
    const asked = lines.length;
    const states = new Set<string>();
    page.client.onState(() => states.add(page.client.state()));
    await until(async () => lines.length > asked + 1); // refused at the door, more than once
    expect([...states]).toEqual(["stale"]);
    expect(seqs(events)).toEqual([1]);
    await setMember(true);
    await until(async () => events.length === 2);
    expect(seqs(events)).toEqual([1, 2]);
    expect(page.client.state()).toBe("live");
  }));
