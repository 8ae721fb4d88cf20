import type { Pool } from "#db/client.ts";
import type { Caller } from "#server/enter-project.ts";
import { DomainError } from "#server/errors.ts";
import type { FollowLive } from "#server/ops/input.ts";
import { checkTopics } from "#server/ops/live/check-topics.ts";
import { createLiveHub, type LiveHub } from "#server/ops/live/hub.ts";
import { liveEvents } from "#server/ops/live/stream.ts";
import { parseTopics } from "#server/ops/live/topics.rule.ts";

type AskedBy = { db: Pool; caller: Caller | null; callerNow?: () => Promise<Caller | null> };

const slot = Symbol.for("largeforge.live");
const shared: typeof globalThis & { [slot]?: WeakMap<Pool, LiveHub> } = globalThis;

/** The one hub of this process and database. */
export function hubOf(db: Pool): LiveHub {
  shared[slot] ??= new WeakMap();
  const hub = shared[slot].get(db) ?? createLiveHub(db);
  shared[slot].set(db, hub);
  return hub;
}

/**
 * Follow runs and projects: what came after the places given, then what comes. Each topic's project is entered as a page
 * of it would be, now and while the stream lasts. Throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND.
 */
export async function followLive({ db, caller, callerNow }: AskedBy, input: FollowLive, signal?: AbortSignal) {
  const wanted = parseTopics(input.topics, input.lastEventId);
  await checkTopics(db, caller, wanted);
  const stillAllowed = async () => {
    try {
      await checkTopics(db, callerNow ? await callerNow() : caller, wanted);
      return true;
    } catch (error) {
      return !(error instanceof DomainError); // a database that is away for a moment refuses nobody
    }
  };
  return liveEvents({ db, hub: hubOf(db), wanted, signal: signal ?? new AbortController().signal, stillAllowed });
}
