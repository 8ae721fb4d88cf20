import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { inTx } from "#db/testing.ts";
import { createSuite } from "#server/evals/create-suite.ts";
import { listSuites } from "#server/evals/list-suites.ts";
import { testDataset } from "#server/runs/testing.ts";
import { recordBlob } from "#server/storage.ts";
import { testProject, testStorage } from "#server/testing.ts";

test("a suite says which rows of its split are no cases, when it is made and in the list", () =>
  inTx(async (tx) => {
    const project = await testProject(tx);
    const ctx = { ...project.ctx, storage: await testStorage() };
    const row = (i: number, label: boolean) => ({
      prompt: [{ role: "user", content: `q${i}` }],
      completion: [{ role: "assistant", content: "a" }],
      label,
    });
    const lines = [true, false, false, true, true].map((label, i) => `${JSON.stringify(row(i, label))}\n`);
    const blob = await ctx.storage.put(Readable.from([Buffer.from(lines.join(""))]));
    await recordBlob(ctx, blob);
    const held = { shape: "unpaired_preference", validationBlob: blob.sha256, validationRows: 5 } as const;
    const { id: datasetVersionId } = await testDataset(ctx, held);
    const input = { datasetVersionId, graders: [{ name: "exact", kind: "exact_match" as const }] };
    const suite = await createSuite(ctx, { ...input, name: "good ones" });
    expect(suite).toMatchObject({ cases: 3, leftOut: { bad_answer: 2 } });
    await createSuite(ctx, { ...input, name: "few", maxCases: 2 });
    const { items } = await listSuites(ctx);
    expect(items.map(({ name, leftOut }) => [name, leftOut])).toEqual([
      ["few", { bad_answer: 2, beyond_max: 1 }],
      ["good ones", { bad_answer: 2 }],
    ]);
  }));
