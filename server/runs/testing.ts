import { newId } from "#db/ids.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import { blobs } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";

type Columns<T extends { $inferInsert: object }> = Partial<T["$inferInsert"]>;

/** A base model's row, version 1, ready unless told otherwise. */
export async function testBase(ctx: Ctx, columns: Columns<typeof modelVersions> & { name?: string } = {}) {
  const { name = `base-${newId("model").slice(-8)}`, ...version } = columns;
  const modelId = newId("model");
  const by = { projectId: ctx.projectId, createdBy: ctx.actor };
  await ctx.db.insert(models).values({ id: modelId, name, kind: "base", ...by });
  const id = newId("modelVersion");
  await ctx.db.insert(modelVersions).values({ id, modelId, version: 1, status: "ready", ...by, ...version });
  return { modelId, id, name };
}

/** A ready dataset version's row; its blobs are named, not stored. */
export async function testDataset(ctx: Ctx, columns: Columns<typeof datasetVersions> = {}) {
  const sha256 = newId("dataset").slice(-26).padStart(64, "0");
  await ctx.db.insert(blobs).values({ sha256, bytes: 10 });
  const datasetId = newId("dataset");
  const by = { projectId: ctx.projectId, createdBy: ctx.actor };
  await ctx.db.insert(datasets).values({ id: datasetId, name: `data-${datasetId.slice(-8)}`, ...by });
  const id = newId("datasetVersion");
  const counted = { shape: "messages", trainRows: 8, validationRows: 2, badRows: 0 } as const;
  const source = { filename: "rows.jsonl", sourceBlob: sha256, sourceBytes: 10, trainBlob: sha256 };
  await ctx.db
    .insert(datasetVersions)
    .values({ id, datasetId, version: 1, status: "ready", ...source, ...counted, ...by, ...columns });
  return { datasetId, id };
}

/** A run's row, queued unless told otherwise. */
export async function testRun(ctx: Ctx, columns: Columns<typeof runs> = {}) {
  const baseVersionId = columns.baseVersionId ?? (await testBase(ctx)).id;
  const datasetVersionId = columns.datasetVersionId ?? (await testDataset(ctx)).id;
  const id = newId("run");
  const named = { name: "triage", modelName: "triage", method: "sft", status: "queued", config: {}, seed: 42 } as const;
  await ctx.db.insert(runs).values({
    id,
    projectId: ctx.projectId,
    createdBy: ctx.actor,
    ...named,
    ...columns,
    baseVersionId,
    datasetVersionId,
  });
  return id;
}
