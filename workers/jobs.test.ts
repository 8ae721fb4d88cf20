import { existsSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { eq, sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { auditLog } from "#db/schema/audit.ts";
import { datasetVersions } from "#db/schema/datasets.ts";
import { inDatabase } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { createFile } from "#server/datasets/files/create.ts";
import { addProject } from "#server/gateway/gateway.fixture.ts";
import { openQueues } from "#server/jobs/enqueue.ts";
import { startJobs, testDataFolder } from "#server/jobs/jobs-process.fixture.ts";
import { clockOff, until } from "#server/process.fixture.ts";
import { fileStorage } from "#server/storage.ts";

test("the jobs worker says when it is ready, and leaves cleanly on SIGTERM", () =>
  inDatabase(async ({ url }) => {
    const data = await testDataFolder();
    const jobs = await startJobs(url, data);
    expect(await jobs.kill("SIGTERM")).toBe(0);
    expect(existsSync(join(data, "run", "jobs.ready"))).toBe(false);
  }));

test.each([1, -1])(
  "a worker whose clock is %i h off takes no living job from another and dates by the database",
  (hours) =>
    inDatabase(async ({ db, url }) => {
      const data = await testDataFolder();
      const queues = openQueues({ databaseUrl: url });
      onTestFinished(() => queues.close());
      const projectId = await addProject(db);
      const ctx: Ctx = { db, projectId, actor: "system:test", enqueue: queues.enqueue };
      await startJobs(url, data);
      await startJobs(url, data, clockOff(hours));
      const rows = Array.from({ length: 20_000 }, (_, i) => `{"prompt":"q${i}","completion":"a${i}"}\n`).join("");
      const sent = { filename: "faq.jsonl", purpose: "fine-tune" as const };
      await createFile({ ...ctx, storage: fileStorage(data) }, { ...sent, stream: Readable.from([rows]) });
      const ready = await until(async () => {
        const [row] = await db.select().from(datasetVersions).where(eq(datasetVersions.status, "ready"));
        return row;
      });
      expect(ready.rowsRead).toBe(20_000);
      const [{ offSeconds } = {}] = await db.execute<{ offSeconds: number }>(
        sql`select abs(extract(epoch from now() - ready_at))::float as "offSeconds" from dataset_versions`,
      );
      expect(offSeconds).toBeLessThan(1_800);
      const imports = await db.select().from(auditLog).where(eq(auditLog.action, "datasets.import"));
      expect(imports).toHaveLength(1);
    }),
);
