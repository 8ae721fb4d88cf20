import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { blobs } from "#db/schema/storage.ts";
import { inTx } from "#db/testing.ts";
import { exampleCall } from "#server/routing/example-call.ts";
import { testBase, testDataset, testRun } from "#server/runs/testing.ts";
import { testProject, testStorage } from "#server/testing.ts";

const row = (question: string) => ({
  messages: [
    { role: "system", content: "Sort the ticket." },
    { role: "user", content: question },
    { role: "assistant", content: "billing" },
  ],
});

test("an example is a short question the tuned model was held to, with its system turn; a base has none", () =>
  inTx(async (tx) => {
    const project = await testProject(tx);
    const storage = await testStorage();
    const ctx = { ...project.ctx, storage };
    const { projectId } = project;
    const lines = [row("long ".repeat(400)), row("Charged twice")].map((each) => `${JSON.stringify(each)}\n`).join("");
    const { sha256, bytes } = await storage.put(Readable.from([lines]));
    await tx.insert(blobs).values({ sha256, bytes });
    const dataset = await testDataset(ctx, { validationBlob: sha256, validationRows: 2 });
    const base = await testBase(ctx, { name: "nano" });
    const runId = await testRun(ctx, { baseVersionId: base.id, datasetVersionId: dataset.id });
    const modelId = newId("model");
    const by = { projectId, createdBy: ctx.actor };
    await tx.insert(models).values({ id: modelId, name: "triage", kind: "tuned", ...by });
    const tuned = { modelId, version: 1, status: "ready", runId, baseVersionId: base.id, ...by } as const;
    const versionId = newId("modelVersion");
    await tx.insert(modelVersions).values({ id: versionId, ...tuned });

    const asked = row("Charged twice").messages.slice(0, 2);
    const example = await exampleCall(ctx, { name: "triage/1" });
    expect(example).toEqual({ messages: asked, from: expect.stringMatching(/^data-\w+ v1$/) });
    expect(await exampleCall(ctx, { name: "nano" })).toBeNull();
    await expect(exampleCall(ctx, { name: "nobody" })).rejects.toMatchObject({ code: "NOT_FOUND", field: "name" });

    const deploymentId = newId("deployment");
    await tx.insert(deployments).values({ id: deploymentId, name: "support", ...by });
    for (const [number, modelVersionId, weightBps] of [
      [1, base.id, 8_000],
      [2, versionId, 2_000],
    ] as const)
      await tx
        .insert(revisions)
        .values({ id: newId("revision"), projectId, deploymentId, number, modelVersionId, weightBps });
    expect((await exampleCall(ctx, { name: "support" }))?.messages).toEqual(asked);
  }));
