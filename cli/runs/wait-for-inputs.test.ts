import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { openTestConsole } from "#cli/datasets/console.fixture.ts";
import { uploadFile } from "#cli/datasets/upload-file.ts";
import { waitForInputs } from "#cli/runs/wait-for-inputs.ts";
import { createDb } from "#db/client.ts";
import { modelVersions } from "#db/schema/models.ts";
import { projects } from "#db/schema/people.ts";
import { testBase } from "#server/runs/testing.ts";

test("train --wait waits for a base and data that are being imported, and leaves what is not there to the start", async () => {
  const at = await openTestConsole();
  onTestFinished(at.close);
  const db = createDb(process.env.DATABASE_URL ?? "", { max: 1, name: "test" });
  const [project] = await db.select({ id: projects.id }).from(projects);
  const ctx = { db, projectId: project?.id ?? "", actor: "system:jobs" as const, enqueue: () => {} };
  await testBase(ctx, { name: "nano", status: "importing" });
  const file = join(await mkdtemp(join(tmpdir(), "largeforge-test-")), "sums.jsonl");
  await writeFile(file, '{"prompt": "1+1?", "completion": "2"}\n'.repeat(3));
  const { versionId } = await uploadFile(at.connection, file, { name: "sums" }, () => {});

  const order: string[] = [];
  const waited = waitForInputs(at.connection, { base: "nano", dataset: "sums" }).then(() => order.push("started"));
  await at.runImport(versionId);
  order.push("data");
  await db.update(modelVersions).set({ status: "ready" }).where(eq(modelVersions.status, "importing"));
  order.push("base");
  await waited;
  expect(order).toEqual(["data", "base", "started"]);
  await waitForInputs(at.connection, { base: "no-such-base", dataset: "no-such-data" });
  await db.$client.end();
});
