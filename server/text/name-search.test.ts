import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { datasets } from "#db/schema/datasets.ts";
import { inTx } from "#db/testing.ts";
import { findDataset } from "#server/datasets/find-dataset.ts";
import { findTrainableBase } from "#server/models/find-base.ts";
import { findModel } from "#server/models/find-model.ts";
import { testBase, testDataset } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

test("a name that nothing has is answered with those that come near, of its own project, or with where all are listed", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { ctx: other } = await testProject(tx);
    const rename = async (id: string, name: string) => tx.update(datasets).set({ name }).where(eq(datasets.id, id));
    await rename((await testDataset(ctx)).datasetId, "triage");
    await rename((await testDataset(other)).datasetId, "triages");
    await testBase(ctx, { name: "nano" });
    const answers = [
      [() => findDataset(ctx, "trage"), "there is no dataset trage: did you mean triage?"],
      [() => findDataset(ctx, "Triage"), "there is no dataset Triage: did you mean triage?"],
      [() => findDataset(ctx, "invoices"), "there is no dataset invoices: ./forge datasets list lists what there is"],
      [() => findTrainableBase(ctx, "nano-7b"), "there is no base model nano-7b: did you mean nano?"],
      [() => findTrainableBase(ctx, "nanno/2"), "there is no base model nanno/2: did you mean nano?"],
      [() => findTrainableBase(ctx, "%"), "there is no base model %: ./forge models list lists what there is"],
      [() => findModel(ctx, "nan"), "there is no model nan: did you mean nano?"],
    ] as const;
    for (const [find, message] of answers) await expect(find()).rejects.toMatchObject({ code: "NOT_FOUND", message });
  }));
