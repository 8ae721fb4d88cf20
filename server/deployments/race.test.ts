import { asc, eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { deployments, replicas, revisions } from "#db/schema/deployments.ts";
import { inDatabase } from "#db/testing.ts";
import { addHost, addVersion } from "#server/deployments/deployments.fixture.ts";
import { retireRevision } from "#server/deployments/retire-revision.ts";
import { setWeights } from "#server/deployments/set-weights.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { until } from "#server/process.fixture.ts";

test("weights that move while a revision retires never leave traffic on it: one of the two waits and is refused", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const { projectId } = ctx;
    const { versionId } = await addVersion(db, projectId, "nano", { baseSha: "a".repeat(64) });
    const replica = { projectId, hostId: await addHost(db), modelVersionId: versionId };
    await db.insert(replicas).values({ id: newId("replica"), status: "ready", ...replica });
    const deploymentId = newId("deployment");
    await db.insert(deployments).values({ id: deploymentId, projectId, name: "support", createdBy: "system:test" });
    const [first, second] = [newId("revision"), newId("revision")];
    const by = { projectId, deploymentId, modelVersionId: versionId };
    await db.insert(revisions).values({ id: first, number: 1, weightBps: 10_000, ...by });
    await db.insert(revisions).values({ id: second, number: 2, weightBps: 0, ...by });
    const weigh = (a: number, b: number) => [
      { revisionId: first, weightBps: a },
      { revisionId: second, weightBps: b },
    ];
    const waiters = async (count: number) => {
      const locks = sql`select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      return (await db.execute<{ count: number }>(locks))[0]?.count === count;
    };

    // Both have read what they need and stand before the same row, the retirement first in line.
    const both = await db.transaction(async (tx) => {
      await tx.select().from(revisions).where(eq(revisions.id, second)).for("update");
      const retired = retireRevision(ctx, { revisionId: second });
      await until(() => waiters(1));
      const moved = setWeights(ctx, { deploymentId, expected: weigh(10_000, 0), weights: weigh(5_000, 5_000) });
      await until(() => waiters(2));
      return [retired, moved];
    });
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected"]);
    const left = await db.select().from(revisions).orderBy(asc(revisions.number));
    expect(left.map((revision) => [revision.weightBps, revision.retiredAt === null])).toEqual([
      [10_000, true],
      [0, false],
    ]);
  }));
