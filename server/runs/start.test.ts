import { expect, test } from "vitest";
import { inDatabase } from "#db/testing.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { startRun } from "#server/runs/start.ts";
import { testBase, testDataset } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

test("no two runs of a project share a name, however close together they are started", () =>
  inDatabase(async ({ db }) => {
    const { base, dataset, ctx } = await db.transaction(async (tx) => {
      const { ctx } = await testProject(tx);
      const { id } = await storeArtifact(ctx, { kind: "base_weights", files: [] });
      const base = await testBase(ctx, { weightsArtifactId: id });
      return { base: base.id, dataset: (await testDataset(ctx)).id, ctx: { ...ctx, db } };
    });
    const begin = (name?: string) => startRun(ctx, { base, dataset, modelName: "triage", name });
    const names = async (...wanted: (string | undefined)[]) =>
      (await Promise.all(wanted.map(begin))).map((run) => run.name).sort();
    expect(await names(undefined, undefined)).toEqual(["triage-sft-1", "triage-sft-2"]);
    expect(await names("nightly", "nightly", "triage-sft-6")).toEqual(["nightly", "nightly-2", "triage-sft-6"]);
    expect(await names(undefined)).toEqual(["triage-sft-7"]);
  }));
