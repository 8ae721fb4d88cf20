import { type Caller, isSameCaller } from "#server/inference/host/fair.rule.ts";

export type WaitingLimits = {
  /** places for everybody together */
  all: number;
  /** places one key may take: what the gateway lets one key run at once */
  perKey: number;
};

/** Room for a newcomer: a free place, the place of a job that must go (its key floods), or none. */
export type Room<T> =
  | { give: "place" }
  | { give: "place of"; evicted: T }
  | { give: "none"; because: "share" | "full"; waiting: number };

type Entry = { caller: Caller };

/**
 * Decide whether `caller` may queue. One key has a share of the list; when the list is full all the same, the key that
 * holds most of it gives up its newest job, so that a flood is answered for its own sake and nobody else's.
 */
export function roomFor<T extends Entry>(waiting: readonly T[], caller: Caller, limits: WaitingLimits): Room<T> {
  const own = waiting.filter((entry) => isSameCaller(entry.caller, caller)).length;
  if (own >= limits.perKey) return { give: "none", because: "share", waiting: own };
  if (waiting.length < limits.all) return { give: "place" };
  const counts = new Map<string, number>();
  for (const entry of waiting) counts.set(nameOf(entry.caller), (counts.get(nameOf(entry.caller)) ?? 0) + 1);
  const [heaviest, most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ["", 0] as [string, number]);
  if (most <= own + 1) return { give: "none", because: "full", waiting: own };
  const evicted = waiting.findLast((entry) => nameOf(entry.caller) === heaviest);
  return evicted ? { give: "place of", evicted } : { give: "none", because: "full", waiting: own };
}

/** Jobs in the order in which their callers' turns would come: one of each caller in turn, oldest first. */
export function inTurns<T extends Entry>(waiting: readonly T[], compare: (a: Caller, b: Caller) => number): T[] {
  const queues = new Map<string, T[]>();
  for (const entry of waiting) {
    const queue = queues.get(nameOf(entry.caller));
    if (queue) queue.push(entry);
    else queues.set(nameOf(entry.caller), [entry]);
  }
  const rounds = [...queues.values()].sort(([a], [b]) => (a && b ? compare(a.caller, b.caller) : 0));
  const longest = Math.max(0, ...rounds.map((queue) => queue.length));
  const ordered: T[] = [];
  for (let round = 0; round < longest; round++)
    for (const queue of rounds) {
      const entry = queue[round];
      if (entry) ordered.push(entry);
    }
  return ordered;
}

function nameOf({ projectId, keyId }: Caller) {
  return `${projectId}\n${keyId}`;
}
