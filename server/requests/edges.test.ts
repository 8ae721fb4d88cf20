import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { requests } from "#db/schema/requests.ts";
import { inTx } from "#db/testing.ts";
import { requestChoices } from "#server/requests/choices.ts";
import { homeFacts, homeTraffic } from "#server/requests/home.ts";
import { isRequestId, ListRequests, RequestChoices, RequestFilter, requestSorts } from "#server/requests/input.ts";
import { listRequests } from "#server/requests/list.ts";
import { outcomeOf } from "#server/requests/outcome.rule.ts";
import { showRequest } from "#server/requests/show.ts";
import { summariseRequests } from "#server/requests/summary.ts";
import { logCalls } from "#server/requests/testing.ts";
import { testProject } from "#server/testing.ts";

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);

test("calls of one moment are each listed once in every order, those without a value last whichever way", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const at = ago(1);
    const rows = [null, 5, 5, null, 1].map((ttftMs, i) => ({
      projectId,
      receivedAt: at,
      ttftMs,
      stream: ttftMs !== null,
      totalMs: i,
    }));
    const ids = await logCalls(tx, rows);
    const walk = async (by: (typeof requestSorts)[number], desc: boolean) => {
      const seen: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const input = ListRequests.parse({ sort: { by, desc }, limit: 2, cursor });
        const page: Awaited<ReturnType<typeof listRequests>> = await listRequests(ctx, input);
        seen.push(...page.items.map((call) => call.id));
        cursor = page.nextCursor;
      }
      return seen;
    };
    for (const by of requestSorts)
      for (const desc of [true, false])
        expect((await walk(by, desc)).toSorted(), `${by} ${desc}`).toEqual(ids.toSorted());
    for (const desc of [true, false])
      expect(new Set((await walk("ttft", desc)).slice(3))).toEqual(new Set([ids[0], ids[3]]));
    expect(await walk("total", false)).toEqual(ids);
  }));

test("filters are joined: each narrows what the others let through, and the summary counts the same calls", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const calls = ["a", "b"].flatMap((model) =>
      [200, 404, 500].flatMap((status) =>
        [true, false].map((stream) => ({ projectId, receivedAt: ago(2), model, status, stream })),
      ),
    );
    await logCalls(tx, calls);
    const filters: [object, number][] = [
      [{}, 12],
      [{ models: ["a"] }, 6],
      [{ models: ["a", "b"], outcomes: ["failed"] }, 4],
      [{ models: ["a"], outcomes: ["failed", "refused"], kind: "stream" }, 2],
      [{ models: ["nobody"] }, 0],
      [{ actors: ["key:k"], kind: "whole" }, 6],
      [{ actors: ["key:other"] }, 0],
      [{ models: ["a' or true --"] }, 0],
    ];
    for (const [filter, count] of filters) {
      const { items } = await listRequests(ctx, ListRequests.parse(filter));
      const { requests: counted } = await summariseRequests(ctx, RequestFilter.parse(filter));
      expect([items.length, counted], JSON.stringify(filter)).toEqual([count, count]);
    }
  }));

test("every status has one outcome", () => {
  const outcomes = [200, 299, 399, 400, 429, 498, 499, 500, 599].map(outcomeOf);
  expect(outcomes).toEqual([
    "answered",
    "answered",
    "answered",
    "refused",
    "refused",
    "refused",
    "left",
    "failed",
    "failed",
  ]);
});

test("a call of another project, or of an id that nobody has, is not shown", () =>
  inTx(async (tx) => {
    const { projectId } = await testProject(tx);
    const [id = ""] = await logCalls(tx, [{ projectId }]);
    const { ctx: strange } = await testProject(tx);
    for (const ref of [id, newId("request")])
      await expect(showRequest(strange, { id: ref })).rejects.toMatchObject({ code: "NOT_FOUND", field: "id" });
    expect(await tx.$count(requests)).toBe(1);
  }));

test("ids of calls are told from anything else before the log is asked", () => {
  expect(isRequestId.test(newId("request"))).toBe(true);
  const id = newId("request");
  for (const wrong of [
    "",
    "req_",
    id.slice(0, -1),
    `${id}0`,
    id.toUpperCase(),
    newId("run"),
    `req_8${id.slice(5)}`,
    `${id}\n`,
    `${id.slice(0, -1)}u`,
  ])
    expect(isRequestId.test(wrong), wrong).toBe(false);
});

test("what can be filtered by is what was called, the most used first; what was chosen stays though nothing called it", () =>
  inTx(async (tx) => {
    const { ctx, projectId, userId } = await testProject(tx);
    const called = (model: string, actor: string) => ({ projectId, receivedAt: ago(5), model, actor });
    await logCalls(tx, [called("rare", `user:${userId}`), called("often", "key:k"), called("often", "key:k")]);
    const choices = async (input: object) => requestChoices(ctx, RequestChoices.parse({ of: "model", ...input }));
    expect(await choices({})).toEqual({
      items: [
        { value: "often", label: "often" },
        { value: "rare", label: "rare" },
      ],
      total: 2,
    });
    expect((await choices({ limit: 1 })).items.map(({ value }) => value)).toEqual(["often"]);
    expect((await choices({ limit: 1, chosen: ["rare"] })).items.map(({ value }) => value)).toEqual(["rare", "often"]);
    expect(await choices({ search: "RAR" })).toMatchObject({ items: [{ value: "rare" }], total: 1 });
    expect((await choices({ chosen: ["gone"] })).items.map(({ value }) => value)).toContain("gone");
    const callers = await choices({ of: "actor" });
    expect(callers.items.find(({ value }) => value === `user:${userId}`)?.label).toBe("Ada");
    const { ctx: strange } = await testProject(tx);
    const asked = await requestChoices(strange, RequestChoices.parse({ of: "actor", chosen: [`user:${userId}`] }));
    expect(JSON.stringify(asked)).not.toContain("Ada");
  }));

test("home tells nothing measured as null and never as zero, and draws by the minute while traffic is young", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    expect(await homeFacts(ctx)).toMatchObject({ requests: 0, failed: 0, ttftP95Ms: null, costUsdNanos: null });
    expect(await homeTraffic(ctx)).toEqual({ bucketMinutes: 1, windowHours: 2, counts: [], revisions: [] });
    await logCalls(tx, [
      { projectId, receivedAt: ago(3) },
      { projectId, receivedAt: ago(3), status: 404 },
      { projectId, receivedAt: ago(3), status: 499 },
      { projectId, receivedAt: ago(3), status: 502 },
    ]);
    expect(await homeFacts(ctx)).toMatchObject({ requests: 4, failed: 1, refused: 2, ttftP95Ms: null, priced: 0 });
    const young = await homeTraffic(ctx);
    expect(young.bucketMinutes).toBe(1);
    expect(young.counts.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    await logCalls(tx, [{ projectId, receivedAt: ago(180) }]);
    expect(await homeTraffic(ctx)).toMatchObject({ bucketMinutes: 15, windowHours: 24 });
  }));
