import { Readable } from "node:stream";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { trainedPrompts } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import { blobs } from "#db/schema/storage.ts";
import { inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { hashPrompt, promptsTaught } from "#server/evals/prompt.rule.ts";
import { casesTrainedOn } from "#server/evals/trained-on.ts";
import type { Storage } from "#server/storage.ts";
import { testProject, testStorage } from "#server/testing.ts";

const user = (content: string) => ({ role: "user" as const, content });
const said = (content: string, weight?: number) => ({
  role: "assistant" as const,
  content,
  ...(weight === 0 ? { weight } : {}),
});
const cases = (...prompts: string[]) => prompts.map((content) => ({ prompt: [user(content)] }));

/** A ready dataset version with these training rows. */
async function addData(ctx: Ctx & { storage: Storage }, name: string, rows: readonly object[]) {
  const blob = await ctx.storage.put(Readable.from([rows.map((row) => `${JSON.stringify(row)}\n`).join("")]));
  await ctx.db.insert(blobs).values(blob).onConflictDoNothing();
  const [datasetId, id] = [newId("dataset"), newId("datasetVersion")];
  const by = { projectId: ctx.projectId, createdBy: "system:test" };
  await ctx.db.insert(datasets).values({ id: datasetId, name, ...by });
  await ctx.db.insert(datasetVersions).values({
    id,
    datasetId,
    version: 1,
    status: "ready",
    filename: `${name}.jsonl`,
    shape: "messages",
    ...by,
    sourceBlob: blob.sha256,
    sourceBytes: blob.bytes,
    trainBlob: blob.sha256,
  });
  return id;
}

/** A model version; with data, one that a run trained on it from `base`. */
async function addVersion(ctx: Ctx, name: string, from?: { base: string; data: string }) {
  const [modelId, id] = [newId("model"), newId("modelVersion")];
  const by = { projectId: ctx.projectId, createdBy: "system:test" };
  await ctx.db.insert(models).values({ id: modelId, name, kind: from ? "tuned" : "base", ...by });
  const lineage = from ? { baseVersionId: from.base, datasetVersionId: from.data } : null;
  const runId = from ? newId("run") : null;
  if (runId && lineage) {
    const frozen = { method: "sft" as const, status: "succeeded" as const, config: {}, seed: 1 };
    await ctx.db.insert(runs).values({ id: runId, name, modelName: name, ...frozen, ...lineage, ...by });
  }
  await ctx.db.insert(modelVersions).values({ id, modelId, version: 1, status: "ready", runId, ...lineage, ...by });
  return id;
}

test("a version has seen the cases of its own data and of every ancestor trained here", () =>
  inTx(async (tx) => {
    const ctx = { ...(await testProject(tx)).ctx, storage: await testStorage() };
    const row = (question: string, answer = "yes") => ({ messages: [user(question), said(answer)] });
    const first = await addData(ctx, "first", [row("one"), row("two")]);
    const second = await addData(ctx, "second", [row("three"), { prompt: "four", completion: "yes" }]);
    const base = await addVersion(ctx, "nano");
    const parent = await addVersion(ctx, "parent", { base, data: first });
    const child = await addVersion(ctx, "child", { base: parent, data: second });
    const seen = async (version: string) =>
      (await casesTrainedOn(ctx, version, cases("one", "four", "five", "three"))).seen;
    expect(await seen(child)).toEqual(new Set([0, 1, 3]));
    expect(await seen(parent)).toEqual(new Set([0]));
    expect(await seen(base)).toEqual(new Set());
    const stranger = { ...ctx, projectId: newId("project") };
    expect((await casesTrainedOn(stranger, child, cases("one"))).seen).toEqual(new Set());
  }));

test("a version stays checkable when its rows are gone, if they were looked at before; else that is said", () =>
  inTx(async (tx) => {
    const ctx = { ...(await testProject(tx)).ctx, storage: await testStorage() };
    const base = await addVersion(ctx, "nano");
    const data = await addData(ctx, "tickets", [{ messages: [user("one"), said("yes")] }, { text: "prose" }]);
    const version = await addVersion(ctx, "tuned", { base, data });
    const before = await casesTrainedOn(ctx, version, cases("one"));
    expect(before).toEqual({ seen: new Set([0]), unchecked: ["tickets/1 (plain text)"] });
    await tx.update(datasetVersions).set({ trainBlob: null }).where(eq(datasetVersions.id, data));
    expect(await casesTrainedOn(ctx, version, cases("one"))).toEqual(before);
    await tx.delete(trainedPrompts);
    expect(await casesTrainedOn(ctx, version, cases("one"))).toEqual({
      seen: new Set(),
      unchecked: ["tickets/1 (its rows were deleted)"],
    });
  }));

test("a hundred thousand rows are looked up in two rows of the table", () =>
  inTx(async (tx) => {
    const ctx = { ...(await testProject(tx)).ctx, storage: await testStorage() };
    const base = await addVersion(ctx, "nano");
    const rows = Array.from({ length: 100_000 }, (_, i) => ({ prompt: `question ${i}`, completion: "yes" }));
    const version = await addVersion(ctx, "tuned", { base, data: await addData(ctx, "many", rows) });
    const asked = cases("question 0", "question 65535", "question 65536", "question 99999", "question 100000");
    expect((await casesTrainedOn(ctx, version, asked)).seen).toEqual(new Set([0, 1, 2, 3]));
    expect(await tx.$count(trainedPrompts)).toBe(2);
  }));

test("the same prompt is the same case whatever its answer, its accents' form and the space at its turns' ends", () => {
  const same = (a: string, b: string) => hashPrompt([user(a)]) === hashPrompt([user(b)]);
  expect(same("café\nau lait", " cafe\u0301\r\nau lait\n")).toBe(true);
  expect(same("café", "Café")).toBe(false);
  expect(hashPrompt([{ role: "system", content: "be brief" }, user("one")])).not.toBe(hashPrompt([user("one")]));
  expect(hashPrompt([{ role: "developer", content: "x" }])).toBe(hashPrompt([{ role: "system", content: "x" }]));
});

test("a row teaches the prompt before each of its assistant turns that carries loss; text teaches none", () => {
  const turns = [user("one"), said("1"), user("two"), said("2", 0), user("three"), said("3")];
  const one = hashPrompt([user("one")]);
  expect(promptsTaught({ messages: turns })).toEqual([one, hashPrompt(turns.slice(0, 5))]);
  expect(promptsTaught({ prompt: [user("one")], chosen: [said("1")], rejected: [said("2")] })).toEqual([one]);
  expect(promptsTaught({ prompt: "one", completion: "1" })).toEqual([one]);
  expect(promptsTaught({ text: "prose" })).toBeNull();
});

test("a row of a hundred thousand turns is read once, not once for each of its answers", () => {
  const turns = Array.from({ length: 100_000 }, (_, i) => (i % 2 ? said("a") : user("q")));
  const taught = promptsTaught({ messages: turns });
  expect(taught).toHaveLength(50_000);
  expect(taught?.at(-1)).toBe(hashPrompt(turns.slice(0, -1)));
});
