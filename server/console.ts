import { createDb, type Pool } from "#db/client.ts";
import { env } from "#server/env.ts";
import type { Enqueue } from "#server/jobs/catalog.ts";
import { openQueues } from "#server/jobs/enqueue.ts";
import { openStorage, type Storage } from "#server/storage.ts";

type Dependencies = { db: Pool; enqueue: Enqueue; storage: Storage };

const slot = Symbol.for("largeforge.console");
const shared: typeof globalThis & { [slot]?: Dependencies } = globalThis;

/** What pages and handlers of the console share: one pool, the queues, the blobs. Opened with the first request, once a process. */
export function consoleDependencies(): Dependencies {
  // On globalThis, because Next bundles pages and handlers apart and would make one of each.
  shared[slot] ??= {
    db: createDb(env().DATABASE_URL, { max: 10, name: "largeforge-console" }),
    enqueue: openQueues().enqueue,
    storage: openStorage(),
  };
  return shared[slot];
}
