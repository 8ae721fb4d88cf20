import { and, asc, eq, gt } from "drizzle-orm";
import type { Pool } from "#db/client.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import { log } from "#server/log.ts";
import type { Heard, LiveHub } from "#server/ops/live/hub.ts";
import type { Wanted } from "#server/ops/live/topics.rule.ts";

const pingEveryMs = 15_000;
const eventsAtOnce = 500;
/** A reader this many messages behind is cut: it connects again and says where it stands. */
const mostBehind = 2_000;

/** Hints after which this reader may be one who has left. */
const whoMayCome = new Set(["projects", "keys"]);

type Options = {
  db: Pool;
  hub: LiveHub;
  wanted: readonly Wanted[];
  signal: AbortSignal;
  /** asked with every ping and when the project's people or keys change; false ends the stream (signed out, removed from the project) */
  stillAllowed: () => Promise<boolean>;
};

/**
 * The text of a server-sent event stream for these topics. A run's events come from the table, in order and without a
 * gap, after `after`: `id: run:ID:SEQ`, `event: run:ID`, data `{seq, type, at, body}`. Hints of a project are passed on as
 * they come: `event: project:ID`, data `{kind, id}`. `event: ping` every 15 s.
 */
export function liveStream({ db, hub, wanted, signal, stillAllowed }: Options): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const closers: (() => void)[] = [];
  let ended = false;
  let waiting: (() => void)[] = [];
  const makeRoom = () => {
    for (const goOn of waiting) goOn();
    waiting = [];
  };

  function end(controller: ReadableStreamDefaultController<Uint8Array>) {
    if (ended) return;
    ended = true;
    for (const close of closers) close();
    makeRoom();
    try {
      controller.close();
    } catch {
      // the reader has cancelled it already
    }
  }

  async function open(controller: ReadableStreamDefaultController<Uint8Array>) {
    const send = (lines: Record<string, string>) => {
      if (ended) return;
      if ((controller.desiredSize ?? 0) < -mostBehind) return end(controller);
      const text = Object.entries(lines).map(([name, value]) => `${name}: ${value}\n`);
      controller.enqueue(encoder.encode(`${text.join("")}\n`));
    };
    const hasRoom = async () => {
      if (ended || (controller.desiredSize ?? 1) > -eventsAtOnce) return;
      await new Promise<void>((resolve) => waiting.push(resolve));
    };
    const check = () =>
      void stillAllowed().then(
        (allowed) => allowed || end(controller),
        (error: unknown) => log.warn({ err: error }, "live.check_failed"),
      );
    const ping = setInterval(() => {
      send({ event: "ping", data: "{}" });
      check();
    }, pingEveryMs);
    closers.push(() => clearInterval(ping));
    signal.addEventListener("abort", () => end(controller), { once: true });
    send({ event: "ping", data: "{}" }); // the first bytes: whoever waits knows that the line stands
    for (const each of wanted) {
      const stop =
        each.kind === "run"
          ? await followRun({ db, hub, send, hasRoom, isOver: () => ended }, each)
          : await hub.subscribe(each.topic, (heard) => {
              const hint = hintOf(heard);
              send({ event: each.topic, data: JSON.stringify(hint) });
              if ("kind" in hint && whoMayCome.has(hint.kind)) check();
            });
      if (ended) stop();
      else closers.push(stop);
    }
  }

  return new ReadableStream(
    {
      start: (controller) => {
        open(controller).catch((error: unknown) => {
          log.warn({ err: error }, "live.failed");
          end(controller);
        });
      },
      pull: makeRoom,
      cancel: () => {
        ended = true;
        for (const close of closers) close();
        makeRoom();
      },
    },
    { highWaterMark: 16 },
  );
}

type Line = {
  db: Pool;
  hub: LiveHub;
  send: (lines: Record<string, string>) => void;
  hasRoom: () => Promise<void>;
  isOver: () => boolean;
};

/** Subscribe first, then read what is there: nothing falls between. Readings of one run never overlap. */
async function followRun({ db, hub, send, hasRoom, isOver }: Line, { id, topic, after }: Wanted & { kind: "run" }) {
  let at = after ?? (await lastSeqOf(db, id));
  let reading = false;
  let again = false;

  async function readOn() {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      do {
        again = false;
        for (let full = true; full && !isOver(); ) {
          const rows = await eventsAfter(db, id, at);
          for (const { seq, type, at, body } of rows) {
            send({ id: `${topic}:${seq}`, event: topic, data: JSON.stringify({ seq, type, at, body }) });
          }
          at = rows.at(-1)?.seq ?? at;
          full = rows.length === eventsAtOnce;
          await hasRoom();
        }
      } while (again && !isOver());
    } catch (error) {
      log.warn({ err: error, topic }, "live.read_failed"); // the next hint, or the reconnect, reads again
    } finally {
      reading = false;
    }
  }

  const stop = await hub.subscribe(topic, () => void readOn()); // it catches its own failures
  void readOn();
  return stop;
}

async function eventsAfter(db: Pool, runId: string, after: number) {
  return db
    .select({ seq: runEvents.seq, type: runEvents.type, at: runEvents.at, body: runEvents.body })
    .from(runEvents)
    .where(and(eq(runEvents.runId, runId), gt(runEvents.seq, after)))
    .orderBy(asc(runEvents.seq))
    .limit(eventsAtOnce);
}

async function lastSeqOf(db: Pool, runId: string): Promise<number> {
  const [run] = await db.select({ lastSeq: runs.lastSeq }).from(runs).where(eq(runs.id, runId));
  return run?.lastSeq ?? 0;
}

function hintOf(heard: Heard) {
  return "again" in heard ? { kind: "reconnected", id: "" } : heard;
}
