import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Pool } from "#db/client.ts";
import type { Snapshot } from "#server/gateway/snapshot/build.ts";
import { loadSnapshot } from "#server/gateway/snapshot/load.ts";
import { log } from "#server/log.ts";
import { within } from "#server/outlive-database.ts";
import { snapshotChannel } from "#server/signals/snapshot.ts";

const checkEveryMs = 500;
const hostAliveSeconds = 15;
const answerWithinMs = 5_000;
/** A read of every project takes its time, and gives way to calls meanwhile. */
const readAllWithinMs = 60_000;
const confirmEveryMs = 50;

const Beat = z.object({
  version: z.coerce.number(),
  nowMs: z.coerce.number(),
  hosts: z.array(z.string()),
});

export type SnapshotKeeper = {
  /** null until the first read has succeeded */
  current: () => Snapshot | null;
  /** settles when the first read has succeeded or failed, after 65 s at most; never rejects */
  firstRead: Promise<void>;
  /** hosts that sent a heartbeat within 15 s, as of the last answer of Postgres */
  liveHosts: () => ReadonlySet<string>;
  /** did Postgres answer when it was asked last? A slow machine is not a lost database */
  reachable: () => boolean;
  /** read what is new before answering: what was committed before the call is known after it (at most 20 reads a second) */
  confirm: () => Promise<void>;
  /** milliseconds since Postgres last confirmed that the snapshot is the newest */
  staleMs: () => number;
  /** the database's clock: this process's own plus the offset measured at the last answer */
  nowMs: () => number;
  stop: () => Promise<void>;
};

/**
 * Keep the snapshot fresh: read the projects that changed when a transaction says so (NOTIFY) and when the 500 ms check
 * finds a newer version, and every project whenever the LISTEN connection comes back. When Postgres is away the last
 * snapshot stays.
 */
export function keepSnapshot(db: Pool): SnapshotKeeper {
  let snapshot: Snapshot | null = null;
  let live: ReadonlySet<string> = new Set();
  let confirmedMs = Number.NEGATIVE_INFINITY;
  let offsetMs = 0;
  let newestSeen = 0;
  let stopped = false;
  let reloadWanted = true;
  let allWanted = true;
  let running: Promise<void> | null = null;
  let wasAway = false;
  let confirming: Promise<void> | null = null;
  let confirmStartedMs = Number.NEGATIVE_INFINITY;

  const check = async () => {
    const askedMs = performance.now();
    const beat = await within(answerWithinMs, readBeat(db));
    const answeredMs = performance.now();
    offsetMs = beat.nowMs + (answeredMs - askedMs) / 2 - Date.now();
    live = new Set(beat.hosts);
    newestSeen = beat.version;
    if (snapshot && snapshot.version >= newestSeen && !reloadWanted) confirmedMs = answeredMs;
    else reloadWanted = true;
  };

  const refresh = async () => {
    await check();
    while (reloadWanted && !stopped) {
      const all = allWanted;
      [reloadWanted, allWanted] = [false, false];
      const startedMs = performance.now();
      try {
        snapshot = await (all
          ? within(readAllWithinMs, loadSnapshot(db))
          : within(answerWithinMs, loadSnapshot(db, snapshot)));
      } catch (error) {
        [reloadWanted, allWanted] = [true, all || allWanted];
        throw error;
      }
      confirmedMs = startedMs;
    }
  };

  /** One at a time; a notice that comes during a reload is answered by another one after it. */
  const tick = (): Promise<void> => {
    running ??= refresh()
      .then(
        () => {
          if (wasAway) log.info("gateway.snapshot_back");
          wasAway = false;
        },
        (error: unknown) => {
          if (!wasAway && !stopped) log.warn({ err: error }, "gateway.snapshot_stale");
          wasAway = true;
        },
      )
      .finally(() => {
        running = null;
      });
    return running;
  };

  const onNotice = () => {
    reloadWanted = true;
    void tick(); // never rejects
  };

  let hasListened = false;
  const onListening = () => {
    allWanted ||= hasListened;
    hasListened = true;
    onNotice();
  };

  /** Shared by all who ask meanwhile; a read that began before the question does not count. */
  const confirm = (): Promise<void> => {
    confirming ??= (async () => {
      await sleep(Math.max(0, confirmStartedMs + confirmEveryMs - performance.now()));
      confirming = null; // from here on a question comes too late for this read
      confirmStartedMs = performance.now();
      await running;
      await tick();
    })();
    return confirming;
  };

  const timer = setInterval(() => void tick(), checkEveryMs);
  // postgres.js repeats a LISTEN by itself, also a first one that was refused; until it stands, the timer finds changes
  const listening = db.$client.listen(snapshotChannel, onNotice, onListening).catch(() => null);
  const firstRead = tick();

  return {
    current: () => snapshot,
    firstRead,
    liveHosts: () => live,
    reachable: () => snapshot !== null && !wasAway,
    confirm,
    staleMs: () => performance.now() - confirmedMs,
    nowMs: () => Date.now() + offsetMs,
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
      const stood = await within(1_000, listening).catch(() => null);
      if (stood) await within(1_000, stood.unlisten()).catch(() => {});
    },
  };
}

async function readBeat(db: Pool) {
  const [row] = await db.execute(sql`
    select (select version from snapshot_version where id = 1) as version,
      extract(epoch from clock_timestamp()) * 1000 as "nowMs",
      array(select id from hosts where stopped_at is null
        and heartbeat_at > now() - make_interval(secs => ${hostAliveSeconds})) as hosts`);
  return Beat.parse(row);
}
