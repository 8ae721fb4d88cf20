import { spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { runs } from "#db/schema/runs.ts";
import { inDatabase } from "#db/testing.ts";
import type { JobCtx } from "#server/jobs/context.ts";
import { release } from "#server/jobs/lease.ts";
import { trainings } from "#server/jobs/leased.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { startTimeOf } from "#server/process.ts";
import { claimRun } from "#server/runs/claim.ts";
import { testRun } from "#server/runs/testing.ts";

async function claimable(ctx: JobCtx & { projectId: string }, id: string) {
  return (await claimRun(ctx, id)).outcome;
}

test("a run is claimed once; the second job is refused", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const id = await testRun(ctx);
    expect(await claimable(ctx, id)).toBe("claimed");
    expect(await claimable(ctx, id)).toBe("refused");
  }));

test("two runs on one device go in the order of their queueing", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const first = await testRun(ctx);
    const second = await testRun(ctx);
    expect(await claimable(ctx, second)).toBe("busy");
    expect(await claimable(ctx, first)).toBe("claimed");
    expect(await claimable(ctx, second)).toBe("busy");
    await db.update(runs).set({ status: "converting" }).where(eq(runs.id, first));
    expect(await claimable(ctx, second)).toBe("claimed");
  }));

test("claims that race for one device get one winner", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const ids = [await testRun(ctx), await testRun(ctx), await testRun(ctx)];
    const outcomes = await Promise.all(ids.flatMap((id) => [claimable(ctx, id), claimable(ctx, id)]));
    expect(outcomes.filter((outcome) => outcome === "claimed")).toHaveLength(1);
  }));

test("a run whose worker was killed, let go or fell silent is adopted", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"]);
    const holder = `${hostname()}/${child.pid}/${startTimeOf(child.pid ?? 0)}`;
    const id = await testRun(ctx, { status: "running", leaseHolder: holder, heartbeatAt: new Date() });
    expect(await claimable(ctx, id)).toBe("refused");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await claimable(ctx, id)).toBe("claimed");

    const [held] = await db.select().from(runs);
    expect(held && (await release(ctx, trainings, held, {}, { here: true }))).toBe(true);
    expect(await claimable(ctx, id)).toBe("claimed");

    await db.update(runs).set({ leaseHolder: "elsewhere/1/1", heartbeatAt: sql`now()` });
    expect(await claimable(ctx, id)).toBe("refused");
    await db.update(runs).set({ heartbeatAt: sql`now() - interval '61 seconds'` });
    expect(await claimable(ctx, id)).toBe("claimed");
  }));
