import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import { inTx } from "#db/testing.ts";
import { listCallable } from "#server/routing/list-callable.ts";
import { testProject } from "#server/testing.ts";

test("every callable name is listed once under what it means, with why one cannot be called", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const made = async (name: string, kind: "base" | "tuned", count: number) => {
      const modelId = newId("model");
      await tx.insert(models).values({ id: modelId, projectId, name, kind, createdBy: ctx.actor });
      const ids = Array.from({ length: count }, () => newId("modelVersion"));
      for (const [index, id] of ids.entries())
        await tx
          .insert(modelVersions)
          .values({ id, projectId, modelId, version: index + 1, status: "ready", createdBy: ctx.actor });
      return { modelId, ids };
    };
    await made("nano", "base", 1);
    const triage = await made("triage", "tuned", 2);
    const [first = "", second = ""] = triage.ids;
    await tx
      .insert(aliases)
      .values({ projectId, modelId: triage.modelId, alias: "champion", modelVersionId: second, movedBy: ctx.actor });
    const deploymentId = newId("deployment");
    await tx.insert(deployments).values({ id: deploymentId, projectId, name: "support", createdBy: ctx.actor });
    for (const [number, modelVersionId, weightBps] of [
      [1, first, 8_000],
      [2, second, 2_000],
    ] as const)
      await tx
        .insert(revisions)
        .values({ id: newId("revision"), projectId, deploymentId, number, modelVersionId, weightBps });

    const listed = (await listCallable(ctx)).items.map(({ name, group, note }) => [group, name, note]);
    expect(listed.slice(0, 1)).toEqual([["Deployments", "support", "triage/1 80 %, triage/2 20 %"]]);
    expect(new Set(listed.slice(1))).toEqual(
      new Set([
        ["Models", "nano", "nano/1"],
        ["Models", "triage", "champion, triage/2"],
        ["Aliases", "triage@champion", "triage/2"],
        ["Versions", "nano/1", "base model"],
        ["Versions", "triage/1", "fine-tuned"],
        ["Versions", "triage/2", "fine-tuned"],
      ]),
    );
    const why = (await listCallable(ctx)).items.find((row) => row.name === "nano/1")?.notCallable;
    expect(why).toBe("it has no GGUF file yet");
    expect(await listCallable((await testProject(tx)).ctx)).toEqual({ items: [], more: false });

    const searched = await listCallable(ctx, { search: "TRIAGE/2" });
    expect(searched.items.map((row) => row.name)).toEqual(["triage/2"]);
    const few = await listCallable(ctx, { limit: 1 });
    expect(few.items.map((row) => row.name)).toEqual(["support", "triage", "triage@champion", "nano/1"]);
    expect(few.more).toBe(true);
  }));
