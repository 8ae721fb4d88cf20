import { eq } from "drizzle-orm";
import { createDb } from "#db/client.ts";
import { runs } from "#db/schema/runs.ts";
import { queueClasses } from "#server/jobs/queues.ts";
import { workWith } from "#server/jobs/work.ts";
import { claimRun } from "#server/runs/claim.ts";
import { testStorage } from "#server/testing.ts";

/**
 * A worker process for the tests to kill: claims a run, finishes its row, says so, and never returns to the queue.
 * Arguments: database URL, Redis URL or nothing.
 */
const [databaseUrl = "", redisUrl] = process.argv.slice(2);
const db = createDb(databaseUrl, { max: 2 });
const ctx = { db, enqueue: () => {}, storage: await testStorage(), actor: "system:jobs" } as const;
const hang = () => new Promise<never>(() => setInterval(() => {}, 1e6));

const processor = workWith(ctx, {
  "runs.train": async (ctx, { runId }) => {
    const { outcome } = await claimRun(ctx, runId);
    if (outcome === "claimed") await db.update(runs).set({ status: "succeeded" }).where(eq(runs.id, runId));
    console.log(outcome);
    if (outcome === "claimed") await hang();
  },
});
queueClasses({ databaseUrl, redisUrl }).openWorker("gpu", processor, 1, { lockMs: 1_000, stalledEveryMs: 500 });
