import { once } from "node:events";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { eq, type SQL, sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { evals, evalTargets, scores } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { projects } from "#db/schema/people.ts";
import { blobs } from "#db/schema/storage.ts";
import { inDatabase } from "#db/testing.ts";
import { adoptEnv, parseEnv } from "#server/env.ts";
import { archiveSuite } from "#server/evals/archive-suite.ts";
import { cancelEval } from "#server/evals/cancel.ts";
import { type CasePair, listCases } from "#server/evals/cases.ts";
import { createSuite } from "#server/evals/create-suite.ts";
import { listEvals } from "#server/evals/list.ts";
import { listSuites } from "#server/evals/list-suites.ts";
import { proposeEval } from "#server/evals/propose.ts";
import { readCases } from "#server/evals/read-cases.ts";
import { runEval } from "#server/evals/run.ts";
import { showEval } from "#server/evals/show.ts";
import { startEval } from "#server/evals/start.ts";
import { holdTable } from "#server/jobs/cut-off.fixture.ts";
import { openQueues } from "#server/jobs/enqueue.ts";
import { startJobs, testDataFolder } from "#server/jobs/jobs-process.fixture.ts";
import { showModel } from "#server/models/show.ts";
import { until } from "#server/process.fixture.ts";
import { liveChannel } from "#server/signals/live.ts";
import { fileStorage, type Storage } from "#server/storage.ts";
import { testStorage } from "#server/testing.ts";

const questions = Array.from({ length: 40 }, (_, i) => ({
  question: `ticket ${i}`,
  answer: `{"category":"c${i % 3}"}`,
}));

/** A server that speaks the gateway's wire: `base/1` never answers in JSON, `tuned/1` is right but for two tickets. */
async function answeringServer(reply: (model: string, text: string) => { status: number; content: string }) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    const text = body.messages.at(-1).content;
    asked.push(`${body.model} ${text}`);
    const { status, content } = reply(body.model, text);
    response.writeHead(status, { "content-type": "application/json", "x-request-id": `req_${asked.length}` });
    const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
    response.end(
      JSON.stringify(
        status === 200
          ? { choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }], usage }
          : { error: { message: content } },
      ),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return { asked, port: address && typeof address === "object" ? address.port : 0 };
}

async function fixture(
  db: Pool,
  url: string,
  port: number,
  options: { held?: typeof questions; storage?: Storage } = {},
) {
  adoptEnv(parseEnv({ DATABASE_URL: url, FORGE_SECRET: "e".repeat(32), FORGE_API_PORT: String(port) }));
  const { held = questions, storage = await testStorage() } = options;
  const projectId = newId("project");
  await db.insert(projects).values({ id: projectId, slug: "acme", name: "Acme" });
  const rows = held.map((q) =>
    JSON.stringify({
      messages: [
        { role: "user", content: q.question },
        { role: "assistant", content: q.answer },
      ],
    }),
  );
  const blob = await storage.put(Readable.from([Buffer.from(`${rows.join("\n")}\n`)]));
  await db.insert(blobs).values(blob);
  const datasetId = newId("dataset");
  const versionId = newId("datasetVersion");
  await db.insert(datasets).values({ id: datasetId, projectId, name: "tickets", createdBy: "system:test" });
  const version = {
    id: versionId,
    projectId,
    datasetId,
    version: 1,
    status: "ready" as const,
    filename: "t.jsonl",
    shape: "messages" as const,
  };
  await db.insert(datasetVersions).values({
    ...version,
    sourceBlob: blob.sha256,
    sourceBytes: blob.bytes,
    validationBlob: blob.sha256,
    createdBy: "system:test",
  });
  for (const name of ["base", "tuned"]) {
    const modelId = newId("model");
    await db
      .insert(models)
      .values({ id: modelId, projectId, name, kind: name === "base" ? "base" : "tuned", createdBy: "system:test" });
    await db
      .insert(modelVersions)
      .values({ id: newId("modelVersion"), projectId, modelId, version: 1, status: "ready", createdBy: "system:test" });
  }
  const ctx = { db, storage, projectId, actor: "system:jobs" as const, enqueue: () => {} };
  const graders = [
    { name: "json", kind: "json_fields" as const },
    { name: "f1", kind: "token_f1" as const },
  ];
  const suite = await createSuite(ctx, { name: "held out", datasetVersionId: versionId, graders });
  return { ctx, suite, versionId };
}

const answers = (model: string, text: string) => {
  const i = Number(text.split(" ")[1]);
  const right = questions[i]?.answer ?? "";
  if (model === "base/1") return { status: 200, content: i < 2 ? right : "I cannot say" };
  return { status: 200, content: i === 1 || i === 5 ? "{}" : right };
};

test("an eval asks both models every case and shows regressions first", () =>
  inDatabase(async ({ db, url }) => {
    const { port, asked } = await answeringServer(answers);
    const { ctx, suite } = await fixture(db, url, port);
    expect(suite.cases).toBe(40);
    const started = await startEval(ctx, { suite: "held out", candidate: "tuned", baseline: "base/1" });
    const heard: string[] = [];
    await db.$client.listen(liveChannel, (notice) => void heard.push(notice));
    const fromMs = performance.now();
    expect(await runEval(ctx, { evalId: started.id }, new AbortController().signal)).toEqual({ outcome: "succeeded" });
    const seconds = (performance.now() - fromMs) / 1_000;
    expect(asked).toHaveLength(80);
    await until(async () => heard.length > 0);
    expect(heard.length).toBeLessThanOrEqual(seconds + 3); // the first answer, then one a second, the last answer and the end

    const { row, summary, candidate } = await showEval(ctx, { evalId: started.id });
    expect(row).toMatchObject({ status: "succeeded", casesDone: 80, casesTotal: 80 });
    expect(candidate.name).toBe("tuned/1");
    expect(summary?.graders[0]).toMatchObject({ n: 40, wins: 37, losses: 1, ties: 2, verdict: "better" });

    const { items, counts } = await listCases(ctx, { evalId: started.id, limit: 3 });
    expect(counts).toEqual({ lost: 1, won: 37, tied: 2 });
    expect(items.map((item) => `${item.caseIndex} ${item.outcome}`)).toEqual(["1 lost", "2 won", "3 won"]);
    expect(items[0]).toMatchObject({
      reference: '{"category":"c1"}',
      candidate: { output: "{}" },
      baseline: { output: '{"category":"c1"}' },
    });
    const { items: whole } = await listCases(ctx, { evalId: started.id, limit: 100 });
    const inPages: CasePair[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await listCases(ctx, { evalId: started.id, limit: 7, cursor });
      expect(page.counts === null).toBe(cursor !== undefined);
      inPages.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(inPages).toEqual(whole);
    expect(whole).toHaveLength(40);
    const tied = await listCases(ctx, { evalId: started.id, outcome: "tied", limit: 1 });
    expect(tied).toMatchObject({ items: [{ caseIndex: 0 }], nextCursor: "tied.0" });
    const rest = await listCases(ctx, { evalId: started.id, outcome: "tied", cursor: tied.nextCursor });
    expect(rest).toMatchObject({ items: [{ caseIndex: 5 }], nextCursor: null });
    for (const foreign of [{ cursor: "lost" }, { cursor: "lost.0", outcome: "tied" as const }])
      await expect(listCases(ctx, { evalId: started.id, ...foreign })).rejects.toThrow("is not from this list");

    expect((await listSuites(ctx)).items).toMatchObject([{ name: "held out", evals: 1 }]);
    expect(await proposeEval(ctx, {})).toMatchObject({ suiteId: suite.id });
    expect((await listEvals(ctx, { search: "held" })).items[0]).toMatchObject({
      candidate: "tuned/1",
      headline: { wins: 37 },
    });
  }));

test("each of several targets is compared with the one baseline", () =>
  inDatabase(async ({ db, url }) => {
    const { port, asked } = await answeringServer(answers);
    const { ctx } = await fixture(db, url, port);
    const { id: evalId, projectId } = await startEval(ctx, { suite: "held out", candidate: "tuned", baseline: "base" });
    const version = { id: newId("modelVersion"), projectId, version: 2, status: "ready" as const };
    const [tuned] = await db.select().from(models).where(eq(models.name, "tuned"));
    await db.insert(modelVersions).values({ ...version, modelId: tuned?.id ?? "", createdBy: "system:test" });
    await db.update(evalTargets).set({ position: 2 }).where(eq(evalTargets.isBaseline, true));
    await db.insert(evalTargets).values({ evalId, position: 1, projectId, modelVersionId: version.id });
    expect(await runEval(ctx, { evalId }, new AbortController().signal)).toEqual({ outcome: "succeeded" });
    expect(asked).toHaveLength(120);
    const { targets } = await showEval(ctx, { evalId });
    expect(targets).toMatchObject([
      { name: "tuned/1", summary: { graders: [{ n: 40, wins: 37 }, {}] } },
      { name: "tuned/2", summary: { graders: [{ n: 40, wins: 37 }, {}] } },
      { name: "base/1", isBaseline: true, summary: null },
    ]);
    const { items, total } = await listEvals(ctx, { modelVersionId: version.id });
    expect([total, items.map((item) => [item.candidate, item.baseline])]).toEqual([1, [["tuned/1", "base/1"]]]);
    expect((await showModel(ctx, { model: "tuned" })).versions).toMatchObject([
      { version: 2, evals: [{ id: evalId, headline: { wins: 37 } }] },
      { version: 1, evals: [{ id: evalId, headline: { wins: 37 } }] },
    ]);
  }));

test("a row is one case, also with Unicode line separators in its text; no more cases are read than asked for", async () => {
  const storage = await testStorage();
  const rows = ["one\u2028two", "three\u2029four\u0085five", "six"].map((text) =>
    JSON.stringify({ prompt: text, completion: `${text}!` }),
  );
  const { sha256 } = await storage.put(Readable.from([Buffer.from(`${rows.join("\n")}\n`)]));
  const source = { trainBlob: null, validationBlob: sha256 };
  const { cases } = await readCases(storage, source, "validation", 2);
  expect(cases.map((one) => one.reference)).toEqual(["one\u2028two!", "three\u2029four\u0085five!"]);
  expect(await readCases(storage, source, "train", 2)).toEqual({ cases: [], leftOut: {} });
});

test("a NUL in a question or an answer is kept as a mark, not a reason to fail", () =>
  inDatabase(async ({ db, url }) => {
    const { port } = await answeringServer((_model, text) => ({ status: 200, content: `${text}\u0000` }));
    const { ctx } = await fixture(db, url, port, {
      held: [{ question: "what is\u0000 this", answer: "what is\u0000 this\u0000" }, ...questions.slice(0, 1)],
    });
    const { id } = await startEval(ctx, { suite: "held out", candidate: "tuned/1", baseline: "base/1" });
    expect(await runEval(ctx, { evalId: id }, new AbortController().signal)).toEqual({ outcome: "succeeded" });
    const [kept] = await db.select().from(scores).orderBy(scores.caseIndex);
    expect(kept).toMatchObject({
      prompt: [{ role: "user", content: "what is\ufffd this" }],
      reference: "what is\ufffd this\ufffd",
      output: "what is\ufffd this\ufffd",
      marks: { f1: 1 },
    });
  }));

test("cases that a target was trained on are counted, marked and left out of the verdict", () =>
  inDatabase(async ({ db, url }) => {
    const { port } = await answeringServer(answers);
    const { ctx } = await fixture(db, url, port);
    // the same question with another answer is the same case; one row is no case of the suite
    const trained = ["ticket 0", "ticket 2", "ticket 3", "elsewhere"].map((prompt) => ({ prompt, completion: "?" }));
    const bytes = Buffer.from(trained.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const blob = await ctx.storage.put(Readable.from([bytes]));
    await db.insert(blobs).values(blob);
    const [held] = await db.select().from(datasetVersions);
    if (!held) throw new Error("no dataset version");
    const data = { ...held, id: newId("datasetVersion"), version: 2, trainBlob: blob.sha256, validationBlob: null };
    await db.insert(datasetVersions).values(data);
    const [tuned] = await db.select().from(models).where(eq(models.name, "tuned"));
    await db
      .update(modelVersions)
      .set({ datasetVersionId: data.id })
      .where(eq(modelVersions.modelId, tuned?.id ?? ""));
    const { id } = await startEval(ctx, { suite: "held out", candidate: "tuned/1", baseline: "base/1" });
    await runEval(ctx, { evalId: id }, new AbortController().signal);
    const { summary } = await showEval(ctx, { evalId: id });
    expect(summary?.overlap).toEqual({
      cases: 40,
      candidate: 3,
      baseline: 0,
      either: 3,
      unchecked: { candidate: [], baseline: [] },
    });
    expect(summary?.graders[0]).toMatchObject({ n: 37, wins: 35, losses: 1, ties: 1, verdict: "better" });
    const { items } = await listCases(ctx, { evalId: id, limit: 40 });
    const marked = items.filter((item) => item.candidate.trainedOn).map((item) => item.caseIndex);
    expect(marked.sort((a, b) => a - b)).toEqual([0, 2, 3]);
    expect(items.some((item) => item.baseline.trainedOn)).toBe(false);
  }));

test("a killed eval goes on with the cases that have no answer yet, and a second worker is refused", () =>
  inDatabase(async ({ db, url }) => {
    const worker = new AbortController();
    const { port, asked } = await answeringServer((model, text) => {
      if (asked.length === 30) worker.abort();
      return answers(model, text);
    });
    const { ctx } = await fixture(db, url, port);
    const { id } = await startEval(ctx, { suite: "held out", candidate: "tuned/1", baseline: "base" });
    expect(await runEval(ctx, { evalId: id }, worker.signal)).toEqual({ outcome: "stopped" });
    const kept = await db.$count(scores);
    expect(kept).toBeGreaterThan(0);
    const beat = (at: SQL) =>
      db.update(evals).set({ heartbeatAt: at, leaseHolder: "elsewhere/1/1" }).where(eq(evals.id, id));
    await beat(sql`now()`);
    expect(await runEval(ctx, { evalId: id }, new AbortController().signal)).toEqual({ outcome: "refused" });

    await beat(sql`now() - interval '2 minutes'`);
    const before = asked.length;
    expect(await runEval(ctx, { evalId: id }, new AbortController().signal)).toEqual({ outcome: "succeeded" });
    expect(asked.length - before).toBe(80 - kept);
    expect(await db.$count(scores)).toBe(80);
  }));

test("an eval outlives a restart of the database, while it keeps answers and while it ends", () =>
  inDatabase(async ({ db, url }) => {
    const { port, asked } = await answeringServer(answers);
    const data = await testDataFolder();
    const queues = openQueues({ databaseUrl: url });
    const { ctx } = await fixture(db, url, port, { storage: fileStorage(data) });
    const { id } = await startEval(ctx, { suite: "held out", candidate: "tuned/1", baseline: "base/1" });
    const answering = await holdTable(db, "scores");
    const ending = await holdTable(db, "audit_log");
    const jobs = await startJobs(url, data, { FORGE_API_PORT: String(port) });
    queues.enqueue("evals.run", { projectId: ctx.projectId, evalId: id });
    await answering.cutOff();
    await ending.cutOff();
    const ended = await until(async () => {
      const { row } = await showEval(ctx, { evalId: id });
      return row.status !== "queued" && row.status !== "running" && row;
    });
    await queues.close();
    await jobs.kill("SIGKILL");
    expect(ended).toMatchObject({ status: "succeeded", casesDone: 80, error: null });
    expect(asked).toHaveLength(80);
  }));

test("an eval whose calls fail says so instead of scoring zeros", () =>
  inDatabase(async ({ db, url }) => {
    const { port } = await answeringServer((model, text) =>
      model === "tuned/1" ? { status: 404, content: "there is no model tuned/1" } : answers(model, text),
    );
    const { ctx } = await fixture(db, url, port);
    const { id } = await startEval(ctx, { suite: "held out", candidate: "tuned/1", baseline: "base/1" });
    await runEval(ctx, { evalId: id }, new AbortController().signal);
    const { row } = await showEval(ctx, { evalId: id });
    expect(row.status).toBe("failed");
    expect(row.error?.message).toBe(
      "40 of 80 calls failed, so the scores say little. The first: there is no model tuned/1",
    );
  }));

test("a cancelled eval stops and keeps what it has; it cannot be cancelled twice", () =>
  inDatabase(async ({ db, url }) => {
    const { port } = await answeringServer(answers);
    const { ctx } = await fixture(db, url, port);
    const { id } = await startEval(ctx, { suite: "held out", candidate: "tuned/1", baseline: "base/1" });
    await cancelEval(ctx, { evalId: id });
    expect(await runEval(ctx, { evalId: id }, new AbortController().signal)).toEqual({ outcome: "refused" });
    await expect(cancelEval(ctx, { evalId: id })).rejects.toThrow("has cancelled already");
  }));

test("an archived suite gives its name free, and its evals stay", () =>
  inDatabase(async ({ db, url }) => {
    const { ctx, suite, versionId } = await fixture(db, url, 1);
    const { id } = await startEval(ctx, { suite: "held out", candidate: "tuned/1", baseline: "base/1" });
    await archiveSuite(ctx, { suiteId: suite.id });
    const graders = [{ name: "json", kind: "json_fields" as const }];
    const again = await createSuite(ctx, { name: "held out", datasetVersionId: versionId, graders });
    expect((await listSuites(ctx)).items).toMatchObject([{ id: again.id, name: "held out", evals: 0 }]);
    expect((await showEval(ctx, { evalId: id })).suite.id).toBe(suite.id);
  }));

test("a grader that no reference could pass is refused; one that some cannot pass says how many", () =>
  inDatabase(async ({ db, url }) => {
    const prose = { question: "ticket 40", answer: "I will look into it." };
    const { ctx, versionId } = await fixture(db, url, 1, { held: [...questions, prose] });
    const make = (name: string, fields?: string[]) =>
      createSuite(ctx, { name, datasetVersionId: versionId, graders: [{ name: "json", kind: "json_fields", fields }] });
    expect(await make("some")).toMatchObject({ cases: 41, unpassable: [{ grader: "json", cases: 1 }] });
    await expect(make("none", ["priority"])).rejects.toMatchObject({
      code: "REFUSED",
      field: "graders",
      message: expect.stringContaining("none of the 41 references is a JSON document with its fields"),
    });
  }));

test("a model is not compared with itself, and an unknown one is named", () =>
  inDatabase(async ({ db, url }) => {
    const { ctx, versionId } = await fixture(db, url, 1);
    await expect(startEval(ctx, { suite: "held out", candidate: "base", baseline: "base/1" })).rejects.toThrow(
      "compared with itself",
    );
    await expect(startEval(ctx, { suite: "held out", candidate: "base/7", baseline: "base/1" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      field: "candidate",
    });
    const graders = [{ name: "json", kind: "json_fields" as const }];
    await expect(createSuite(ctx, { name: "held out", datasetVersionId: versionId, graders })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await expect(createSuite(ctx, { name: "x", datasetVersionId: versionId, split: "train", graders })).rejects.toThrow(
      "choose the other split",
    );
    await expect(showEval({ ...ctx, projectId: newId("project") }, { evalId: newId("eval") })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  }));
