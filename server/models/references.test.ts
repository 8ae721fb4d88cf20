import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import { inTx } from "#db/testing.ts";
import { type Ctx, transact } from "#server/context.ts";
import { aliasHolder, moveAlias } from "#server/models/aliases.ts";
import { findTrainableBase, holdBase } from "#server/models/find-base.ts";
import { findVersion, nameVersion } from "#server/models/find-version.ts";
import { ModelName } from "#server/models/input.ts";
import { lineageOf } from "#server/models/lineage.ts";
import { listModels } from "#server/models/list.ts";
import { listArtifacts } from "#server/models/list-artifacts.ts";
import { addGround, addRun } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { removeAlias } from "#server/models/remove-alias.ts";
import { servedBy } from "#server/models/served-by.ts";
import { testBase } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

/** `nano/1` and so many versions of `support` that were tuned from it. */
async function registry(tx: Tx, count: number) {
  const { ctx, projectId } = await testProject(tx);
  const ground = await addGround(ctx);
  const versions = [];
  for (let i = 0; i < count; i++)
    versions.push(await registerModelVersion(ctx, { runId: await addRun(ctx, ground, { name: `run ${i}` }) }));
  const [first, second] = versions;
  if (!first || !second) throw new Error("two versions at least");
  return { ctx, projectId, ...ground, versions, first, second };
}

const move = (ctx: Ctx, alias: "champion" | "challenger", to: { modelId: string; id: string }) =>
  transact(ctx, (ctx) => moveAlias(ctx, { modelId: to.modelId, alias, modelVersionId: to.id }));

test("a bare name means the champion, else the only version, and of several without a champion none", () =>
  inTx(async (tx) => {
    const { ctx, first, second, baseVersionId } = await registry(tx, 2);
    expect((await nameVersion(ctx, "nano", "model")).id).toBe(baseVersionId);
    await expect(nameVersion(ctx, "support", "model")).rejects.toMatchObject({
      code: "NOT_FOUND",
      field: "model",
      message: "there is no model version support: it has 2 versions and no champion, say support/1",
    });
    await move(ctx, "challenger", second);
    await expect(nameVersion(ctx, "support", "model")).rejects.toThrow("no champion");
    await move(ctx, "champion", first);
    expect((await nameVersion(ctx, "support", "model")).name).toBe("support/1");
    expect((await nameVersion(ctx, "support@challenger", "model")).name).toBe("support/2");
    expect(await nameVersion(ctx, first.fineTunedName ?? "", "model")).toMatchObject({ id: first.id });
  }));

test("what names no version is not found, however it is written, and never breaks the query", () =>
  inTx(async (tx) => {
    const { ctx } = await registry(tx, 2);
    const refs = [
      "support/3",
      "support/0",
      "support/99999999999",
      "support@champion",
      "support@other",
      "nano@champion",
      "support/",
      "@",
    ];
    for (const ref of [...refs, "nano/99999999999999999999", "/1", "%", "SUPPORT", "support/1/1", "x".repeat(160)])
      await expect(nameVersion(ctx, ref, "model"), ref).rejects.toMatchObject({ code: "NOT_FOUND", field: "model" });
    for (const ref of ["nano/2", "nano/0", "nano/99999999999", "nano/", "other/1", "/1"])
      await expect(findTrainableBase(ctx, ref), ref).rejects.toMatchObject({ code: "NOT_FOUND", field: "base" });
  }));

test("a base is what can be trained: a tuned, unready, failed or GGUF-only one is refused with the remedy", () =>
  inTx(async (tx) => {
    const { ctx } = await registry(tx, 2);
    await testBase(ctx, { name: "coming", status: "importing" });
    await testBase(ctx, { name: "broken", status: "failed" });
    const refusals = [
      ["support/1", "support/1 is a tuned model: start from its base instead"],
      ["coming", "coming is still being imported: start again when it is ready; ./forge train … --wait waits for it"],
      ["broken", "the import of broken failed: import it again"],
      ["nano", "nano came as GGUF, which can be served but not trained: import its safetensors"],
    ] as const;
    for (const [ref, message] of refusals)
      await expect(findTrainableBase(ctx, ref)).rejects.toMatchObject({ code: "REFUSED", field: "base", message });
  }));

test("a bare base's name means its newest ready version, while a later import goes on", () =>
  inTx(async (tx) => {
    const { ctx, baseVersionId, modelId } = await registry(tx, 2);
    const [{ weights } = { weights: null }] = await tx
      .select({ weights: modelVersions.ggufArtifactId })
      .from(modelVersions)
      .where(eq(modelVersions.id, baseVersionId));
    await tx.update(modelVersions).set({ weightsArtifactId: weights }).where(eq(modelVersions.id, baseVersionId));
    const row = { projectId: ctx.projectId, modelId, createdBy: ctx.actor };
    await tx.insert(modelVersions).values({ id: newId("modelVersion"), version: 2, status: "importing", ...row });
    expect(await findTrainableBase(ctx, "nano")).toMatchObject({ id: baseVersionId, name: "nano", version: 1 });
    await expect(findTrainableBase(ctx, "nano/2")).rejects.toThrow("nano/2 is still being imported");
    await expect(findVersion(ctx, "nano/2", "model")).rejects.toMatchObject({ code: "REFUSED", field: "model" });
    await holdBase(ctx, baseVersionId);
    await tx.update(modelVersions).set({ deletedAt: new Date() }).where(eq(modelVersions.id, baseVersionId));
    await expect(holdBase(ctx, baseVersionId)).rejects.toMatchObject({ code: "NOT_FOUND", field: "base" });
  }));

test("an alias has one holder, a new champion is no challenger any more, and nothing of another model moves", () =>
  inTx(async (tx) => {
    const { ctx, first, second } = await registry(tx, 2);
    const other = await testBase(ctx);
    await move(ctx, "challenger", other);
    await move(ctx, "champion", first);
    await move(ctx, "challenger", second);
    await move(ctx, "champion", second);
    expect(await aliasHolder(ctx, first.modelId, "champion", { hold: true })).toBe(second.id);
    expect(await aliasHolder(ctx, first.modelId, "challenger")).toBeNull();
    expect(await aliasHolder(ctx, other.modelId, "challenger")).toBe(other.id);
    await move(ctx, "challenger", first);
    await move(ctx, "challenger", second); // the champion may be its own challenger, by hand
    expect(await tx.$count(aliases, eq(aliases.modelId, first.modelId))).toBe(2);
    expect(await removeAlias(ctx, { model: "support", alias: "champion" })).toMatchObject({ versionId: second.id });
    await expect(removeAlias(ctx, { model: "support", alias: "champion" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      field: "alias",
      message: "support has no champion",
    });
    const stranger = await testProject(tx);
    expect(await aliasHolder(stranger.ctx, first.modelId, "challenger")).toBeNull();
  }));

test("a version is served by live revisions of live deployments only", () =>
  inTx(async (tx) => {
    const { ctx, projectId, first, second } = await registry(tx, 2);
    const add = async (name: string, archived: boolean, shares: [string, number, boolean][]) => {
      const id = newId("deployment");
      const archivedAt = archived ? new Date() : null;
      await tx.insert(deployments).values({ id, projectId, name, createdBy: ctx.actor, archivedAt });
      for (const [i, [modelVersionId, weightBps, retired]] of shares.entries())
        await tx.insert(revisions).values({
          id: newId("revision"),
          projectId,
          deploymentId: id,
          number: i + 1,
          modelVersionId,
          weightBps,
          retiredAt: retired ? new Date() : null,
        });
    };
    await add("b", false, [
      [first.id, 9_000, false],
      [second.id, 1_000, false],
    ]);
    await add("a", false, [
      [first.id, 10_000, false],
      [second.id, 0, true],
    ]);
    await add("gone", true, [[second.id, 10_000, false]]);
    const served = async (ids: string[]) => (await servedBy(ctx, ids)).map((one) => [one.name, one.weightBps]);
    expect(await served([first.id])).toEqual([
      ["a", 10_000],
      ["b", 9_000],
    ]);
    expect(await served([second.id])).toEqual([["b", 1_000]]);
    expect(await served([])).toEqual([]);
    expect(await servedBy((await testProject(tx)).ctx, [first.id])).toEqual([]);
  }));

test("a lineage shows the newest six versions and the old ones that matter, and says how many it leaves out", () =>
  inTx(async (tx) => {
    const { ctx, first, versions } = await registry(tx, 9);
    const shown = async () => {
      const { nodes, leftOut } = await lineageOf(ctx, { model: "support" });
      return {
        versions: nodes
          .filter((node) => node.kind === "version")
          .map((node) => node.label)
          .sort(),
        leftOut,
      };
    };
    const newest = versions.slice(-6).map((version) => `support/${version.version}`);
    expect(await shown()).toEqual({ versions: newest, leftOut: 3 });
    await move(ctx, "champion", first);
    expect(await shown()).toEqual({ versions: ["support/1", ...newest], leftOut: 2 });
  }));

test("a version whose import has not ended has no artifacts, and models page once through every order", () =>
  inTx(async (tx) => {
    const { ctx } = await registry(tx, 2);
    await testBase(ctx, { name: "coming", status: "importing" });
    expect(await listArtifacts(ctx, { version: "coming" })).toEqual([]);
    for (const name of ["m 10", "m 9", "M 1"]) await testBase(ctx, { name, parameters: name === "m 9" ? 5 : null });
    await tx
      .insert(models)
      .values({ id: newId("model"), projectId: ctx.projectId, name: "bare", kind: "base", createdBy: ctx.actor });
    for (const by of ["name", "kind", "latest", "status", "parameters", "updated"] as const)
      for (const desc of [true, false]) {
        const whole = (await listModels(ctx, { sort: { by, desc } })).items.map((item) => item.name);
        const names: string[] = [];
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const page = await listModels(ctx, { sort: { by, desc }, limit: 2, cursor });
          expect(page.total).toBe(7);
          names.push(...page.items.map((item) => item.name));
          cursor = page.nextCursor;
        }
        expect(names, `${by} ${desc}`).toEqual(whole);
        expect(new Set(names).size).toBe(7);
      }
    expect((await listModels(ctx, { kind: "tuned" })).total).toBe(1);
    expect((await listModels(ctx, { search: "m 1" })).items.map((item) => item.name).sort()).toEqual(["M 1", "m 10"]);
  }));

test.each(["Nano", "a/b", "a@b", "a:b", "-a", "a-", ".", "", "a b", "ä", "x".repeat(65)])(
  "%j cannot be called, so no model has that name",
  (name) => {
    expect(ModelName.safeParse(name).success).toBe(false);
  },
);
