import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { evalStatuses } from "#db/enums.ts";
import { auditLog } from "#db/schema/audit.ts";
import { evals, scores, suites } from "#db/schema/evals.ts";
import { inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { archiveSuite } from "#server/evals/archive-suite.ts";
import { cancelEval } from "#server/evals/cancel.ts";
import { listCases } from "#server/evals/cases.ts";
import { findEval } from "#server/evals/find-eval.ts";
import { findSuite } from "#server/evals/find-suite.ts";
import { CreateSuite, evalSorts } from "#server/evals/input.ts";
import { listEvals } from "#server/evals/list.ts";
import { listSuites } from "#server/evals/list-suites.ts";
import { proposeEval } from "#server/evals/propose.ts";
import { startEval } from "#server/evals/start.ts";
import { addGround, addRun } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { testProject } from "#server/testing.ts";

async function ground(tx: Tx) {
  const project = await testProject(tx);
  const on = await addGround(project.ctx);
  const version = await registerModelVersion(project.ctx, { runId: await addRun(project.ctx, on) });
  const start = (ctx: Ctx = project.ctx) =>
    startEval(ctx, { suite: "held out", candidate: version.id, baseline: "nano/1" });
  return { ...project, ...on, version, start };
}

test("a queued or running eval is cancelled; one that has ended is a conflict that says how", () =>
  inTx(async (tx) => {
    const { ctx, start } = await ground(tx);
    for (const status of evalStatuses) {
      const { id } = await start();
      await tx.update(evals).set({ status }).where(eq(evals.id, id));
      if (status === "queued" || status === "running")
        expect(await cancelEval(ctx, { evalId: id })).toMatchObject({
          status: "cancelled",
          finishedAt: expect.any(Date),
        });
      else
        await expect(cancelEval(ctx, { evalId: id }), status).rejects.toMatchObject({
          code: "CONFLICT",
          message: expect.stringContaining(status),
        });
    }
    expect(await tx.$count(auditLog, eq(auditLog.action, "evals.cancel"))).toBe(2);
  }));

test("an archived suite starts no eval and cannot be archived again, and is found by its ids alone", () =>
  inTx(async (tx) => {
    const { ctx, suiteId, start, enqueued } = await ground(tx);
    expect((await findSuite(ctx, "held out")).id).toBe(suiteId);
    await archiveSuite(ctx, { suiteId });
    await expect(archiveSuite(ctx, { suiteId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const before = enqueued.length;
    await expect(start()).rejects.toMatchObject({ code: "NOT_FOUND", field: "suite" });
    expect(enqueued).toHaveLength(before);
    await expect(findSuite(ctx, "held out")).rejects.toMatchObject({ code: "NOT_FOUND" });
    for (const ref of [suiteId, suiteId.slice(-6)]) expect((await findSuite(ctx, ref)).id).toBe(suiteId);
  }));

test("an eval is found by the name of a suite that ran once; of one that ran twice by its ids", () =>
  inTx(async (tx) => {
    const { ctx, start } = await ground(tx);
    const first = await start();
    expect(await findEval(ctx, "held out")).toBe(first.id);
    const second = await start();
    await expect(findEval(ctx, "held out")).rejects.toMatchObject({ code: "CONFLICT" });
    for (const { id } of [first, second]) expect(await findEval(ctx, id.slice(-6))).toBe(id);
  }));

test("another project's suites, evals and versions are not there", () =>
  inTx(async (tx) => {
    const { start, suiteId, version } = await ground(tx);
    const { id: evalId } = await start();
    const { ctx: strange } = await testProject(tx);
    const gone = { code: "NOT_FOUND" };
    await expect(start(strange)).rejects.toMatchObject(gone);
    await expect(cancelEval(strange, { evalId })).rejects.toMatchObject(gone);
    await expect(archiveSuite(strange, { suiteId })).rejects.toMatchObject(gone);
    await expect(findSuite(strange, suiteId)).rejects.toMatchObject(gone);
    await expect(listCases(strange, { evalId })).rejects.toMatchObject(gone);
    expect(await listEvals(strange, { modelVersionId: version.id })).toEqual({ items: [], nextCursor: null, total: 0 });
    expect(await listSuites(strange, { chosen: suiteId })).toMatchObject({ items: [], total: 0 });
    expect(await proposeEval(strange, { suiteId })).toEqual({ suiteId: null, candidateId: null, baselineId: null });
  }));

test("cases are paged lost first, then won, then tied, each in the suite's order, and counted on the first page alone", () =>
  inTx(async (tx) => {
    const { ctx, projectId, version, baseVersionId, start } = await ground(tx);
    const { id: evalId } = await start();
    // by case: what the baseline and the candidate were marked
    const marks = [
      [1, 1],
      [0, 1],
      [1, 0],
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 0],
    ] as const;
    const rows = marks.flatMap((sides, caseIndex) =>
      [baseVersionId, version.id].map((modelVersionId, side) => ({
        projectId,
        evalId,
        modelVersionId,
        caseIndex,
        prompt: [],
        reference: `case ${caseIndex}`,
        marks: { exact: sides[side] ?? 0 },
        passed: sides[side] === 1,
      })),
    );
    await tx.insert(scores).values(rows);
    const walk = async (outcome: "all" | "won" | "lost" | "tied") => {
      const seen: number[] = [];
      const counts = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page: Awaited<ReturnType<typeof listCases>> = await listCases(ctx, { evalId, outcome, limit: 2, cursor });
        seen.push(...page.items.map((item) => item.caseIndex));
        counts.push(page.counts);
        cursor = page.nextCursor;
      }
      return { seen, counts };
    };
    const { seen, counts } = await walk("all");
    expect(seen).toEqual([2, 5, 6, 1, 4, 0, 3]);
    expect(counts).toEqual([{ lost: 3, won: 2, tied: 2 }, null, null, null]);
    expect((await walk("lost")).seen).toEqual([2, 5, 6]);
    expect((await walk("tied")).seen).toEqual([0, 3]);
    for (const cursor of ["lost", "lost.-1", "drawn.1", "won.1234567890", "won.1;"])
      await expect(listCases(ctx, { evalId, cursor }), cursor).rejects.toMatchObject({
        code: "INVALID",
        field: "cursor",
      });
  }));

test("evals are paged to the end in every order, and those of a version are found among its targets", () =>
  inTx(async (tx) => {
    const { ctx, version, baseVersionId, start } = await ground(tx);
    for (let i = 0; i < 5; i++) await start();
    for (const by of evalSorts)
      for (const desc of [true, false]) {
        const seen = new Set<string>();
        let pages = 0;
        for (let cursor: string | null | undefined; cursor !== null; pages++) {
          const page: Awaited<ReturnType<typeof listEvals>> = await listEvals(ctx, {
            sort: { by, desc },
            limit: 2,
            cursor,
          });
          for (const item of page.items) seen.add(item.id);
          cursor = page.nextCursor;
        }
        expect([seen.size, pages], `${by} ${desc}`).toEqual([5, 3]);
      }
    for (const modelVersionId of [version.id, baseVersionId])
      expect((await listEvals(ctx, { modelVersionId })).total).toBe(5);
    const total = async (search: string) => (await listEvals(ctx, { search })).total;
    expect([await total("HELD"), await total("nano"), await total("support"), await total("%")]).toEqual([5, 5, 5, 0]);
  }));

test("a picker always shows the suite that was chosen, archived or not, first while nothing is typed", () =>
  inTx(async (tx) => {
    const { ctx, suiteId, datasetVersionId } = await ground(tx);
    const more = { projectId: ctx.projectId, createdBy: ctx.actor, datasetVersionId, split: "validation" as const };
    const graders = [{ name: "exact", kind: "exact_match" as const }];
    for (const name of ["held back", "other"])
      await tx
        .insert(suites)
        .values({ id: `suite_${name}`, name, graders, maxCases: 1, maxTokens: 1, cases: 1, ...more });
    await tx.update(suites).set({ archivedAt: sql`now()` }).where(eq(suites.id, suiteId));
    const names = async (input: object) => (await listSuites(ctx, input)).items.map((suite) => suite.name);
    expect(new Set(await names({}))).toEqual(new Set(["held back", "other"]));
    expect((await names({ chosen: suiteId }))[0]).toBe("held out");
    expect(await names({ chosen: suiteId, search: "oth" })).toEqual(["held out", "other"]);
    expect((await listSuites(ctx, { chosen: suiteId })).total).toBe(2);
    expect(await names({ chosen: "", search: "held" })).toEqual(["held back"]);
  }));

test("a suite's graders have names of their own, and its bounds are said", () => {
  const exact = (name: string) => ({ name, kind: "exact_match" });
  const suite = (more: object) =>
    CreateSuite.safeParse({ name: "s", datasetVersionId: "d", graders: [exact("a")], ...more });
  expect(suite({}).data).toMatchObject({ split: "validation", maxCases: 1_000, maxTokens: 128 });
  const wrong: [object, RegExp][] = [
    [{ graders: [] }, /at least one grader/],
    [{ graders: [exact("a"), exact(" a ")] }, /same name/],
    [{ graders: [{ ...exact("a"), threshold: 0.5 }] }, /takes no threshold/],
    [{ maxCases: 0 }, /at least one case/],
    [{ maxCases: 5_001 }, /at most 5,000/],
    [{ name: " .x" }, /use letters/],
  ];
  for (const [more, why] of wrong) expect(suite(more).error?.issues[0]?.message, String(why)).toMatch(why);
});
