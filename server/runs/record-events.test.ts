import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inDatabase } from "#db/testing.ts";
import { testDataFolder } from "#server/jobs/jobs-process.fixture.ts";
import { ownLease } from "#server/jobs/lease.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { listRunEvents } from "#server/runs/list-events.ts";
import { recordEvents } from "#server/runs/record-events.ts";
import { testRun } from "#server/runs/testing.ts";
import { createTail } from "#server/runs/trainer/tail.ts";

test("a model that answers with a NUL or half a surrogate pair does not lose its training", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const lease = await ownLease();
    const runId = await testRun(ctx, { status: "running", leaseHolder: lease.holder });
    const path = join(await testDataFolder(), "events.jsonl");
    const texts = { promptText: "ask\u0000", adaptedText: "\ud83d half", baseText: "plain" };
    await writeFile(path, `${JSON.stringify({ v: 1, seq: 1, t: 1, type: "sample", ...texts })}\n`);
    await recordEvents(ctx, runId, lease, { events: await createTail(path).read() });
    const { items } = await listRunEvents(ctx, { runId, after: 0, limit: 10 });
    expect(items.map((item) => item.body)).toEqual([
      { promptText: "ask\ufffd", adaptedText: "\ufffd half", baseText: "plain" },
    ]);
  }));
