import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inDatabase } from "#db/testing.ts";
import { startJobs, testDataFolder } from "#server/jobs/jobs-process.fixture.ts";

test("the jobs worker says when it is ready, and leaves cleanly on SIGTERM", () =>
  inDatabase(async ({ url }) => {
    const data = await testDataFolder();
    const jobs = await startJobs(url, data);
    expect(await jobs.kill("SIGTERM")).toBe(0);
    expect(existsSync(join(data, "run", "jobs.ready"))).toBe(false);
  }));
