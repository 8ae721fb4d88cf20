import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { auditLog } from "#db/schema/audit.ts";
import { evals, suites } from "#db/schema/evals.ts";
import { projects } from "#db/schema/people.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { type Ctx, transact } from "#server/context.ts";
import { deleteEval } from "#server/evals/delete.ts";
import { showEval } from "#server/evals/show.ts";
import { startEvalOfRun } from "#server/evals/start-of-run.ts";
import { moveAlias } from "#server/models/aliases.ts";
import { addGround, addRun } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { until } from "#server/process.fixture.ts";
import { testProject } from "#server/testing.ts";

test("a run that names a suite is compared once: with the base, then with the champion", () =>
  inTx(async (tx) => {
    const { ctx, projectId, enqueued } = await testProject(tx);
    const ground = await addGround(ctx);
    const { suiteId } = ground;
    const finishedAt = new Date(Date.now() - 60_000);
    /** As the two jobs do it. */
    const register = async () => {
      const runId = await addRun(ctx, ground, { suiteId, finishedAt });
      const version = await registerModelVersion(ctx, { runId });
      expect(enqueued).toContainEqual({ name: "evals.startOfRun", payload: { projectId, runId } });
      return { runId, version, started: await startEvalOfRun(ctx, { runId }) };
    };
    const { runId, version, started } = await register();
    expect(await startEvalOfRun(ctx, { runId })).toBeNull();
    expect(await showEval(ctx, { evalId: started?.id ?? "" })).toMatchObject({
      row: { status: "queued" },
      candidate: { versionId: version.id },
      baseline: { versionId: ground.baseVersionId },
    });
    await transact(ctx, (ctx) =>
      moveAlias(ctx, { modelId: version.modelId, alias: "champion", modelVersionId: version.id }),
    );
    const later = await register();
    expect(await showEval(ctx, { evalId: later.started?.id ?? "" })).toMatchObject({
      candidate: { versionId: later.version.id },
      baseline: { versionId: version.id },
    });

    await tx.update(evals).set({ status: "cancelled" });
    await deleteEval(ctx, { evalId: later.started?.id ?? "" });
    expect(await startEvalOfRun(ctx, later)).toBeNull(); // who deletes an eval does not want it again

    await tx.update(suites).set({ archivedAt: new Date() }).where(eq(suites.id, suiteId));
    const lone = await register();
    expect(lone.version.version).toBe(3);
    expect(lone.started).toBeNull();
    const refused = await tx.select().from(auditLog).where(eq(auditLog.outcome, "refused"));
    expect(refused).toMatchObject([{ action: "evals.start", targetId: lone.version.id }]);
    expect(await startEvalOfRun(ctx, lone)).toBeNull();
  }));

test("a run without a suite, of another project or of yesterday is not compared", () =>
  inTx(async (tx) => {
    const { ctx, enqueued } = await testProject(tx);
    const ground = await addGround(ctx);
    const plain = await addRun(ctx, ground, { finishedAt: new Date() });
    await registerModelVersion(ctx, { runId: plain });
    expect(enqueued).toEqual([]);
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    const old = await addRun(ctx, ground, { suiteId: ground.suiteId, finishedAt: yesterday });
    const asked = await addRun(ctx, ground, { suiteId: ground.suiteId, finishedAt: new Date() });
    for (const runId of [old, asked]) await registerModelVersion(ctx, { runId });
    for (const runId of [plain, old]) expect(await startEvalOfRun(ctx, { runId })).toBeNull();
    const { ctx: stranger } = await testProject(tx);
    expect(await startEvalOfRun(stranger, { runId: asked })).toBeNull();
    expect(await tx.select().from(evals)).toEqual([]);
  }));

test("of two jobs for one run that come at once, one starts its eval", () =>
  inDatabase(async ({ db }) => {
    const ctx: Ctx = { db, projectId: "prj_race", actor: "system:jobs", enqueue: () => {} };
    await db.insert(projects).values({ id: ctx.projectId, slug: "race", name: "Race" });
    const ground = await addGround(ctx);
    const runId = await addRun(ctx, ground, { suiteId: ground.suiteId, finishedAt: new Date() });
    await registerModelVersion(ctx, { runId });
    const { second, started } = await transact(ctx, async (inner) => {
      const started = await startEvalOfRun(inner, { runId });
      const second = startEvalOfRun(ctx, { runId });
      const waiting = sql`select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await until(async () => (await db.execute(waiting)).length > 0);
      return { started, second };
    });
    expect(started).not.toBeNull();
    expect(await second).toBeNull();
    expect(await db.$count(evals)).toBe(1);
  }));
