import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { deployments, hosts, revisions } from "#db/schema/deployments.ts";
import { requestAttempts, requests } from "#db/schema/requests.ts";
import { inTx } from "#db/testing.ts";
import { addFeedback } from "#server/gateway/control/feedback.ts";
import { requestChoices } from "#server/requests/choices.ts";
import { ListRequests, RequestChoices, RequestFilter } from "#server/requests/input.ts";
import { listRequests } from "#server/requests/list.ts";
import { outcomeOf } from "#server/requests/outcome.rule.ts";
import { CallLine } from "#server/requests/record.ts";
import { showRequest } from "#server/requests/show.ts";
import { storeCalls } from "#server/requests/store.ts";
import { summariseRequests } from "#server/requests/summary.ts";
import { logCalls } from "#server/requests/testing.ts";
import { testBase } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

type Row = typeof requests.$inferInsert;

function logger(tx: Tx, projectId: string, actor: string) {
  return async ({ agoMinutes = 1, ...columns }: Partial<Row> & { agoMinutes?: number } = {}) => {
    const receivedAt = new Date(Date.now() - agoMinutes * 60_000);
    const [id = ""] = await logCalls(tx, [{ projectId, actor, receivedAt, ...columns }]);
    return id;
  };
}

const list = (input: object = {}) => ListRequests.parse(input);
const filter = (input: object = {}) => RequestFilter.parse(input);

test("requests are listed newest first, page by page, and only the project's own", () =>
  inTx(async (tx) => {
    const { ctx, projectId, userId } = await testProject(tx);
    const log = logger(tx, projectId, `user:${userId}`);
    const ids = [];
    for (const agoMinutes of [5, 4, 3, 2, 1]) ids.unshift(await log({ agoMinutes }));
    await logger(tx, (await testProject(tx)).projectId, "key:x")();
    const first = await listRequests(ctx, list({ limit: 3 }));
    expect(first.items.map((row) => row.id)).toEqual(ids.slice(0, 3));
    expect(first.items[0]).toMatchObject({ actorName: "Ada", deploymentName: null, costUsdNanos: null });
    const rest = await listRequests(ctx, list({ limit: 3, cursor: first.nextCursor }));
    expect(rest).toMatchObject({ items: [{ id: ids[3] }, { id: ids[4] }], nextCursor: null });
  }));

test("every filter lets through what it names", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const log = logger(tx, projectId, "key:a");
    const plain = await log({ agoMinutes: 120 });
    const refused = await log({ status: 404, errorCode: "model_not_found", model: "gpt-9" });
    const failed = await log({ status: 502, errorCode: "upstream_broken", stream: true, ttftMs: 5 });
    const left = await log({ status: 499, errorCode: "client_closed_request", stream: true, actor: "key:b" });
    const found = async (input: object) => (await listRequests(ctx, list(input))).items.map((row) => row.id).sort();
    expect(await found({})).toEqual([plain, refused, failed, left].sort());
    expect(await found({ period: "1h" })).toEqual([refused, failed, left].sort());
    expect(await found({ outcomes: ["answered"] })).toEqual([plain]);
    expect(await found({ outcomes: ["refused", "left"] })).toEqual([refused, left].sort());
    expect(await found({ outcomes: ["failed"] })).toEqual([failed]);
    expect(await found({ models: ["gpt-9"] })).toEqual([refused]);
    expect(await found({ actors: ["key:b"] })).toEqual([left]);
    expect(await found({ kind: "stream" })).toEqual([failed, left].sort());
    expect(await found({ search: "upstream_broken" })).toEqual([failed]);
    expect(await found({ search: plain.slice(-6) })).toEqual([plain]);
    expect([200, 404, 499, 500].map(outcomeOf)).toEqual(["answered", "refused", "left", "failed"]);
  }));

test("a summary counts, measures and leaves out what was not measured", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const none = await summariseRequests(ctx, filter());
    expect(none).toMatchObject({ requests: 0, ttftP50Ms: null, totalP50Ms: null, costUsdNanos: null, histogram: null });
    const log = logger(tx, projectId, "key:a");
    for (let i = 1; i <= 10; i++) await log({ totalMs: i * 10, promptTokens: 7, completionTokens: 3 });
    await log({ stream: true, ttftMs: 40, totalMs: 100, costUsdNanos: 9_007_199_254_740_993n });
    await log({ status: 503, totalMs: 9_999 });
    const summary = await summariseRequests(ctx, filter({ period: "1h" }));
    expect(summary).toMatchObject({
      requests: 12,
      answered: 11,
      failed: 1,
      left: 0,
      streams: 1,
      promptTokens: 70,
      completionTokens: 30,
      priced: 1,
      costUsdNanos: 9_007_199_254_740_993n,
      bucketMinutes: 1,
    });
    expect(Math.abs((summary.ttftP50Ms ?? 0) / 40 - 1)).toBeLessThan(0.025);
    expect(Math.abs((summary.totalP50Ms ?? 0) / 60 - 1)).toBeLessThan(0.025);
    expect(summary.points.reduce((sum, point) => sum + point.all, 0)).toBe(12);
    const counted = summary.histogram?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
    expect(counted + (summary.histogram?.beyond ?? 0)).toBe(11);
  }));

test("a call's attempts come with it, in order, with where they went and what became of them, written once", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const hostId = newId("host");
    const started = { memoryBytes: 1, engineVersion: "1", startedAt: new Date(), heartbeatAt: new Date() };
    await tx.insert(hosts).values({ id: hostId, url: "http://h", device: "cpu", ...started });
    const gone = { number: 1, host_id: "host_gone", started_ms: 1, ttft_ms: null, queue_ms: null, total_ms: 4 };
    const record = {
      id: newId("request"),
      project_id: projectId,
      actor: "key:a",
      endpoint: "/v1/completions",
      model: "nano",
      stream: true,
      status: 200,
      attempts: 2,
      total_ms: 30,
      received_at: new Date().toISOString(),
      cost_usd_nanos: "9007199254740993",
      tries: [
        { ...gone, status: 503, error_code: "upstream_unreachable", cost_usd_nanos: null },
        {
          number: 2,
          host_id: hostId,
          started_ms: 5,
          ttft_ms: 7.5,
          queue_ms: 2,
          total_ms: 25,
          status: 200,
          cost_usd_nanos: "9007199254740993",
        },
      ],
    };
    const { tries, ...old } = record;
    const bare = { ...old, id: newId("request") };
    for (const again of [1, 2])
      await storeCalls(
        tx,
        [record, record, bare].map((each) => JSON.stringify({ again, ...each })),
      );
    const shown = await showRequest(ctx, { id: record.id });
    expect(shown.tries).toMatchObject([
      {
        number: 1,
        hostId: "host_gone",
        device: null,
        status: 503,
        errorCode: "upstream_unreachable",
        costUsdNanos: null,
      },
      { number: 2, hostId, device: "cpu", status: 200, ttftMs: 7.5, costUsdNanos: 9_007_199_254_740_993n },
    ]);
    expect((await showRequest(ctx, { id: bare.id })).tries).toEqual([]);
    expect(await tx.$count(requestAttempts)).toBe(2);
    expect(await tx.$count(requests)).toBe(2);
  }));

test("a line is what the tables say: names, types and bounds", () => {
  const line = { id: "req_1", project_id: "p", actor: "key:a", endpoint: "e", model: "m", stream: true, status: 200 };
  const whole = { ...line, attempts: 1, total_ms: 1.5, received_at: "2026-11-21T10:00:00.123Z" };
  expect(CallLine.safeParse(whole).success).toBe(true);
  const wrong = [
    { status: 70_000 },
    { total_ms: null },
    { cost_usd_nanos: 1.5 },
    { received_at: "today" },
    { tries: [{}] },
  ];
  for (const change of wrong)
    expect(CallLine.safeParse({ ...whole, ...change }).success, JSON.stringify(change)).toBe(false);
});

test("one request shows its revision, its model and what was said about it", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const { id: modelVersionId, name } = await testBase(ctx);
    const deploymentId = newId("deployment");
    const revisionId = newId("revision");
    await tx.insert(deployments).values({ id: deploymentId, projectId, name: "support", createdBy: ctx.actor });
    await tx
      .insert(revisions)
      .values({ id: revisionId, projectId, deploymentId, number: 4, modelVersionId, weightBps: 1 });
    const id = await logger(tx, projectId, "key:a")({ deploymentId, revisionId, modelVersionId });
    await addFeedback(ctx, { request_id: id, accepted: false, comment: "wrong label" });
    const shown = await showRequest(ctx, { id });
    expect(shown).toMatchObject({ deploymentName: "support", revisionNumber: 4, modelName: name, modelVersion: 1 });
    expect(shown.feedback).toMatchObject([{ accepted: false, comment: "wrong label" }]);
    const only = (value: string, label: string) => ({ items: [{ value, label }], total: 1 });
    expect(await requestChoices(ctx, RequestChoices.parse({ of: "model" }))).toEqual(only("support", "support"));
    expect(await requestChoices(ctx, RequestChoices.parse({ of: "actor" }))).toEqual(only("key:a", "key a"));
    expect(await requestChoices(ctx, RequestChoices.parse({ of: "revision" }))).toEqual(only(revisionId, "support v4"));
    const stranger = await testProject(tx);
    await expect(showRequest(stranger.ctx, { id })).rejects.toThrow("there is no request");
  }));
