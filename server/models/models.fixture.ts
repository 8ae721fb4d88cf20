import { createHash } from "node:crypto";
import type { Db } from "#db/client.ts";
import type { Overlap } from "#db/eval-summary.ts";
import { newId } from "#db/ids.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { evals, evalTargets, suites } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import { blobs } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { compare, type PairedCase } from "#server/evals/compare.rule.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { registerModelVersion } from "#server/models/register.ts";

const shaOf = (text: string) => createHash("sha256").update(text).digest("hex");
const graders = [{ name: "exact", kind: "exact_match" as const }];

/** A project's base `nano/1`, a dataset version and a suite on it: what a run needs around it. */
export async function addGround(ctx: Ctx) {
  const by = { projectId: ctx.projectId, createdBy: "system:test" };
  const modelId = newId("model");
  const baseVersionId = newId("modelVersion");
  const gguf = { kind: "base_gguf" as const, files: [{ path: "model.gguf", sha256: shaOf("base"), bytes: 4 }] };
  const { id: ggufArtifactId } = await storeArtifact(ctx, gguf);
  await ctx.db.insert(models).values({ id: modelId, name: "nano", kind: "base", ...by });
  const facts = { architecture: "llama", parameters: 7_000_000, contextLength: 512 };
  await ctx.db
    .insert(modelVersions)
    .values({ id: baseVersionId, modelId, version: 1, status: "ready", ggufArtifactId, ...facts, ...by });
  const datasetId = newId("dataset");
  const datasetVersionId = newId("datasetVersion");
  const source = shaOf("rows");
  await ctx.db.insert(blobs).values({ sha256: source, bytes: 4 }).onConflictDoNothing();
  await ctx.db.insert(datasets).values({ id: datasetId, name: "tickets", ...by });
  await ctx.db.insert(datasetVersions).values({
    id: datasetVersionId,
    datasetId,
    version: 1,
    status: "ready",
    filename: "t.jsonl",
    ...by,
    sourceBlob: source,
    sourceBytes: 4,
  });
  const suiteId = newId("suite");
  const questions = { datasetVersionId, split: "validation" as const, graders };
  await ctx.db
    .insert(suites)
    .values({ id: suiteId, name: "held out", ...questions, maxCases: 10, maxTokens: 8, cases: 10, ...by });
  return { modelId, baseVersionId, datasetId, datasetVersionId, suiteId };
}

/** A succeeded run with the two artifacts that its conversion leaves. */
export async function addRun(
  ctx: Ctx,
  on: { baseVersionId: string; datasetVersionId: string },
  values: Partial<typeof runs.$inferInsert> = {},
) {
  const id = newId("run");
  const frozen = { method: "sft" as const, status: "succeeded" as const, config: {}, seed: 1, createdBy: "user:ada" };
  await ctx.db.insert(runs).values({
    id,
    projectId: ctx.projectId,
    name: "tickets on nano",
    modelName: "support",
    ...frozen,
    baseVersionId: on.baseVersionId,
    datasetVersionId: on.datasetVersionId,
    ...values,
  });
  const file = (path: string) => ({ path, sha256: shaOf(`${id} ${path}`), bytes: 8 });
  const files = ["adapter_config.json", "adapter_model.safetensors", "probe.json"].map(file);
  await storeArtifact(ctx, { kind: "adapter_weights", files, runId: id });
  await storeArtifact(ctx, { kind: "adapter_gguf", files: [file("adapter.gguf")], runId: id });
  return id;
}

/** A succeeded eval of two versions with these marks (baseline, candidate) on its cases. */
export async function addEval(
  db: Db,
  {
    candidateVersionId,
    baselineVersionId,
    ...on
  }: { projectId: string; suiteId: string; candidateVersionId: string; baselineVersionId: string },
  marks: readonly (readonly [number, number])[],
  seen: Partial<Overlap> = {},
) {
  const pairs: PairedCase[] = marks.map(([baseline, candidate]) => ({
    baseline: { exact: baseline },
    candidate: { exact: candidate },
  }));
  const id = newId("eval");
  const unseen = { candidate: 0, baseline: 0, either: 0, unchecked: { candidate: [], baseline: [] } };
  const overlap: Overlap = { cases: pairs.length, ...unseen, ...seen };
  const summary = { graders: compare(graders, pairs), errors: { baseline: 0, candidate: 0 }, overlap };
  const counted = { casesTotal: pairs.length * 2, casesDone: pairs.length * 2, createdBy: "system:test" };
  await db.insert(evals).values({ id, ...on, status: "succeeded", ...counted });
  const { projectId } = on;
  await db.insert(evalTargets).values([
    { evalId: id, position: 0, projectId, modelVersionId: candidateVersionId, summary },
    { evalId: id, position: 1, projectId, modelVersionId: baselineVersionId, isBaseline: true },
  ]);
  return id;
}

/** As many cases as wished with the same marks. */
export function cases(n: number, marks: readonly [number, number]): (readonly [number, number])[] {
  return Array.from({ length: n }, () => marks);
}

/** Two registered versions of `support`, and a way to compare versions with given marks. */
export async function testRegistry(ctx: Ctx) {
  const ground = await addGround(ctx);
  const first = await registerModelVersion(ctx, { runId: await addRun(ctx, ground) });
  const second = await registerModelVersion(ctx, { runId: await addRun(ctx, ground) });
  const { projectId } = ctx;
  const compared = (candidateVersionId: string, baselineVersionId: string, marks: (readonly [number, number])[]) =>
    addEval(ctx.db, { projectId, suiteId: ground.suiteId, candidateVersionId, baselineVersionId }, marks);
  return { ...ground, first, second, compared };
}
