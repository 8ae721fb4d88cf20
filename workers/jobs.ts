import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createDb } from "#db/client.ts";
import { env } from "#server/env.ts";
import { catalog, queueNames } from "#server/jobs/catalog.ts";
import { openQueues } from "#server/jobs/enqueue.ts";
import { queueClasses } from "#server/jobs/queues.ts";
import { scheduleJobs } from "#server/jobs/schedule.ts";
import { workWith } from "#server/jobs/work.ts";
import { log } from "#server/log.ts";
import { outliveDatabase } from "#server/outlive-database.ts";
import { openStorage } from "#server/storage.ts";
import { handlers } from "./handlers.ts";

/** Jobs at once per queue. gpu: one per device of this machine. */
const concurrency = { io: 3, gpu: 1, ops: 2 } as const;
const heartbeatMs = 2_000;
const handOverWithinMs = 15_000;

const ready = join(env().FORGE_DATA, "run", "jobs.ready");
outliveDatabase();
const db = createDb(env().DATABASE_URL, { max: 8, name: "largeforge-jobs" });
const queues = openQueues();
const { openQueue, openWorker } = queueClasses();
const ctx = { db, enqueue: queues.enqueue, storage: openStorage(), actor: "system:jobs" } as const;

const byName = new Map(queueNames.map((name) => [name, openQueue(name)]));
const workers = queueNames.map((name) => openWorker(name, workWith(ctx, handlers), concurrency[name]));

await Promise.all(workers.map((worker) => worker.waitUntilReady()));
await scheduleJobs(handlers, (name) => byName.get(catalog[name].queue));
queues.enqueue("ops.sweep", {}, { once: true });
let stopping = false;
process.once("SIGTERM", () => void stop()); // before anybody can read that this process is ready
process.once("SIGINT", () => void stop());
const heart = setInterval(() => void beat(), heartbeatMs); // a missed beat is the supervisor's to judge
await beat();
log.info({ pid: process.pid, concurrency }, "jobs.ready");

/** The supervisor asks this file: it holds our pid and its age tells that the event loop turns. */
async function beat() {
  await mkdir(join(env().FORGE_DATA, "run"), { recursive: true });
  if (!stopping) await writeFile(ready, String(process.pid));
}

/** Take no more jobs, hand the running ones over (a trainer goes on by itself and is adopted later), close. */
async function stop() {
  stopping = true;
  clearInterval(heart);
  await rm(ready, { force: true });
  const closing = Promise.all(workers.map((worker) => worker.close()));
  for (const worker of workers) worker.cancelAllJobs("the worker is shutting down");
  await Promise.race([closing, sleep(handOverWithinMs)]);
  await Promise.allSettled([...byName.values()].map((queue) => queue.close()));
  await queues.close();
  await db.$client.end({ timeout: 2 });
  log.info({}, "jobs.stopped");
  process.exit(0);
}
