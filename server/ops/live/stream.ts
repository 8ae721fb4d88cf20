import { and, asc, eq, gt } from "drizzle-orm";
import type { Pool } from "#db/client.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import { log } from "#server/log.ts";
import type { Heard, LiveHub } from "#server/ops/live/hub.ts";
import { placeId, type Wanted } from "#server/ops/live/topics.rule.ts";

const checkEveryMs = 15_000;
const eventsAtOnce = 500;
/** A reader with so many different hints waiting looks again at everything instead. */
const mostHints = 500;

/** Hints after which this reader may be one who has left. */
const whoMayCome = new Set(["projects", "keys"]);
const lookAgain = { kind: "reconnected", id: "" };

/** `seq` is null on hints; `after` is the place that the stream had reached in the topic before this event. */
export type LiveItem = { topic: string; seq: number | null; after: number | null; data: unknown };

type Options = {
  db: Pool;
  hub: LiveHub;
  wanted: readonly Wanted[];
  signal: AbortSignal;
  /** asked every 15 s and when the project's people or keys change; false ends the stream (signed out, removed from the project) */
  stillAllowed: () => Promise<boolean>;
};

/**
 * The events of these topics. A run's come from the table, in order and without a gap, after `after`, each with
 * the places of all runs in the stream as its id (`run:A:12,run:B:3`), data `{seq, type, at, body}`. Hints of a project
 * are passed on without an id, data `{kind, id}`. The first item is null: the line stands and its reader may follow. Nothing is read ahead of the reader: while it is slow, events wait in the table and
 * equal hints become one.
 */
export async function* liveEvents({ db, hub, wanted, signal, stillAllowed }: Options) {
  const closers: (() => void)[] = [];
  const places = new Map<string, number>();
  const unread = new Map<string, string>(); // topic → run with events that may be new
  const hints = new Map<string, LiveItem>();
  let revoked = false;
  let wake = () => {};
  const isOver = () => revoked || signal.aborted;
  const check = () =>
    void stillAllowed().then(
      (allowed) => {
        revoked ||= !allowed;
        if (revoked) wake();
      },
      (error: unknown) => log.warn({ err: error }, "live.check_failed"),
    );
  const hint = (topic: string, data: { kind: string; id: string }) =>
    hints.set(`${topic} ${data.kind} ${data.id}`, { topic, seq: null, after: null, data });
  const hear = (topic: string, heard: Heard) => {
    const data = "kind" in heard ? { kind: heard.kind, id: heard.id } : lookAgain;
    if (hints.size >= mostHints) {
      hints.clear();
      for (const each of wanted) if (each.kind === "project") hint(each.topic, lookAgain);
    } else hint(topic, data);
    if (whoMayCome.has(data.kind)) check();
    wake();
  };

  try {
    const checking = setInterval(check, checkEveryMs);
    closers.push(() => clearInterval(checking));
    const onAbort = () => wake();
    signal.addEventListener("abort", onAbort, { once: true });
    closers.push(() => signal.removeEventListener("abort", onAbort));
    for (const each of wanted) {
      const { topic, id } = each;
      if (each.kind === "project") closers.push(await hub.subscribe(topic, (heard) => hear(topic, heard)));
      else {
        // subscribe first, then read what is there: nothing falls between
        places.set(topic, each.after ?? (await lastSeqOf(db, id)));
        const stop = await hub.subscribe(topic, () => {
          unread.set(topic, id);
          wake();
        });
        closers.push(stop);
        unread.set(topic, id);
      }
    }
    yield { id: null, item: null };
    while (!isOver()) {
      for (const [key, item] of hints) {
        hints.delete(key);
        yield { id: null, item };
        if (isOver()) return;
      }
      for (const [topic, runId] of unread) {
        unread.delete(topic);
        const rows = await eventsAfter(db, runId, places.get(topic) ?? 0);
        if (rows.length === eventsAtOnce) unread.set(topic, runId);
        for (const data of rows) {
          if (isOver()) return;
          const item: LiveItem = { topic, seq: data.seq, after: places.get(topic) ?? null, data };
          places.set(topic, data.seq);
          yield { id: placeId(places), item };
        }
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (isOver() || hints.size > 0 || unread.size > 0) resolve();
      });
    }
  } finally {
    for (const close of closers) close();
  }
}

/** A failed read is no end: the next hint, or the next connection, reads from the same place. */
async function eventsAfter(db: Pool, runId: string, after: number) {
  const rows = await db
    .select({ seq: runEvents.seq, type: runEvents.type, at: runEvents.at, body: runEvents.body })
    .from(runEvents)
    .where(and(eq(runEvents.runId, runId), gt(runEvents.seq, after)))
    .orderBy(asc(runEvents.seq))
    .limit(eventsAtOnce)
    .catch((error: unknown) => {
      log.warn({ err: error, runId }, "live.read_failed");
      return [];
    });
  return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }));
}

async function lastSeqOf(db: Pool, runId: string): Promise<number> {
  const [run] = await db.select({ lastSeq: runs.lastSeq }).from(runs).where(eq(runs.id, runId));
  return run?.lastSeq ?? 0;
}
