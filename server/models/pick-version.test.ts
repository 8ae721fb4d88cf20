import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import { inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { meaningOfName } from "#server/deployments/meaning-of-name.ts";
import { listServable } from "#server/deployments/servable.ts";
import { proposeEval } from "#server/evals/propose.ts";
import { pickModelVersion } from "#server/models/pick-version.ts";
import { testProject } from "#server/testing.ts";

test("with hundreds of newer versions a base and a champion stand first, are found by name, and the chosen one is always there", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const base = await model(ctx, "nano", "base", 1);
    const old = await model(ctx, "hotel", "tuned", 2, base.ids[0]);
    await champion(ctx, old.modelId, old.ids[0] ?? "");
    const many = await model(ctx, "triage", "tuned", 250, base.ids[0]);

    const open = await pickModelVersion(ctx, {});
    expect(open.total).toBe(253);
    expect(open.items).toHaveLength(20);
    expect(open.items.slice(0, 3).map((item) => item.name)).toEqual(["nano/1", "hotel/1", "triage/250"]);
    expect((await pickModelVersion(ctx, { kind: "base" })).items.map((item) => item.name)).toEqual(["nano/1"]);
    expect((await pickModelVersion(ctx, { search: "HOTEL" })).items.map((item) => item.name)).toEqual([
      "hotel/1",
      "hotel/2",
    ]);
    expect((await pickModelVersion(ctx, { search: "triage/2" })).items[0]?.name).toBe("triage/2");
    expect((await pickModelVersion(ctx, { search: "champion" })).items.map((item) => item.name)).toEqual(["hotel/1"]);
    const chosen = many.ids[6] ?? "";
    expect((await pickModelVersion(ctx, { chosen })).items[0]?.id).toBe(chosen);
    expect((await pickModelVersion(ctx, { chosen, search: "nano" })).items.map((item) => item.name)).toEqual([
      "triage/7",
      "nano/1",
    ]);
    expect((await listServable(ctx, { search: "nano" })).items).toMatchObject([
      { name: "nano/1", notServable: "it has no GGUF file yet" },
    ]);
    // a bare name means the champion, however many versions of whichever model are newer
    expect(await meaningOfName(ctx, { name: "hotel" })).toMatchObject({ champion: true, version: { name: "hotel/1" } });
    expect(await meaningOfName(ctx, { name: "nano" })).toMatchObject({ champion: false, version: { name: "nano/1" } });
    expect(await meaningOfName(ctx, { name: "triage" })).toBeNull();
    // and a new eval is proposed against it
    const candidateId = old.ids[1] ?? "";
    expect(await proposeEval(ctx, { candidateId })).toMatchObject({ candidateId, baselineId: old.ids[0] });
    expect(await proposeEval(ctx, {})).toMatchObject({ candidateId: many.ids[249], baselineId: base.ids[0] });
    expect(await proposeEval(ctx, { baselineId: many.ids[249] ?? "" })).toMatchObject({ candidateId: many.ids[248] });
  }));

test("another project's versions are neither offered nor shown as chosen", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { ctx: stranger } = await testProject(tx);
    const theirs = await model(stranger, "secret", "base", 1);
    expect(await pickModelVersion(ctx, { chosen: theirs.ids[0] ?? "" })).toEqual({ items: [], total: 0 });
    expect(await pickModelVersion(ctx, { chosen: "secret/1" })).toEqual({ items: [], total: 0 });
  }));

async function model(
  ctx: Ctx,
  name: string,
  kind: "base" | "tuned",
  count: number,
  baseVersionId: string | null = null,
) {
  const { projectId, actor: createdBy } = ctx;
  const modelId = newId("model");
  await ctx.db.insert(models).values({ id: modelId, projectId, name, kind, createdBy });
  const ids = Array.from({ length: count }, () => newId("modelVersion"));
  await ctx.db.insert(modelVersions).values(
    ids.map((id, i) => ({
      id,
      projectId,
      modelId,
      version: i + 1,
      status: "ready" as const,
      baseVersionId,
      createdBy,
    })),
  );
  return { modelId, ids };
}

async function champion(ctx: Ctx, modelId: string, modelVersionId: string) {
  await ctx.db
    .insert(aliases)
    .values({ projectId: ctx.projectId, modelId, alias: "champion", modelVersionId, movedBy: ctx.actor });
}
