import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { blobs } from "#db/schema/storage.ts";
import { inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { listDatasets } from "#server/datasets/list.ts";
import { testProject } from "#server/testing.ts";

type Order = NonNullable<NonNullable<Parameters<typeof listDatasets>[1]>["sort"]>;

test("every order pages through all rows once, the same forwards as in one page, missing values last both ways", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const rows = [null, 5, 5, 5, null, 1, 12, null, 3, 5];
    for (const [i, found] of rows.entries()) await made(ctx, `run ${i + 1}`, found);
    for (const by of ["name", "shape", "rows", "size", "status", "findings", "used", "updated"] as const)
      for (const desc of [true, false]) {
        const whole = await namesOf(ctx, { by, desc }, 100);
        expect(new Set(whole).size, `${by} ${desc}`).toBe(rows.length);
        expect(await namesOf(ctx, { by, desc }, 3), `${by} ${desc}`).toEqual(whole);
      }
    const shapes = await listDatasets(ctx, { sort: { by: "shape", desc: false } });
    expect(shapes.items.slice(-3).map((row) => row.latest.shape)).toEqual([null, null, null]);
  }));

test("names are in the order of people: in any case, and 9 before 10", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    for (const name of ["Hotel 10", "hotel 9", "alpha", "hotel 100", "Beta"]) await made(ctx, name, 1);
    expect(await namesOf(ctx, { by: "name", desc: false }, 2)).toEqual([
      "alpha",
      "Beta",
      "hotel 9",
      "Hotel 10",
      "hotel 100",
    ]);
  }));

test("the total is that of the filter, whichever page is shown", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    for (let i = 0; i < 7; i++) await made(ctx, `${i % 2 ? "hotel" : "faq"} ${i}`, i);
    const first = await listDatasets(ctx, { search: "hotel", limit: 2 });
    const second = await listDatasets(ctx, { search: "hotel", limit: 2, cursor: first.nextCursor });
    expect([first.total, second.total, second.items.length, second.nextCursor]).toEqual([3, 3, 1, null]);
  }));

test("a cursor of another order, or of nothing, is refused by name", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    for (let i = 0; i < 3; i++) await made(ctx, `d ${i}`, i);
    const { nextCursor } = await listDatasets(ctx, { sort: { by: "name", desc: true }, limit: 1 });
    const asked = { sort: { by: "name", desc: false }, cursor: nextCursor } as const;
    await expect(listDatasets(ctx, asked)).rejects.toMatchObject({ code: "INVALID", field: "cursor" });
    for (const cursor of ["ds_old", "bnVsbA", "😀"])
      await expect(listDatasets(ctx, { cursor })).rejects.toMatchObject({ code: "INVALID", field: "cursor" });
  }));

test("a name of digits and signs, as long as one may be, has a next page", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const names = ["1a".repeat(40), "2漢".repeat(40), "漢".repeat(80)];
    for (const name of names) await made(ctx, name, 1);
    expect(await namesOf(ctx, { by: "name", desc: false }, 1)).toEqual(names);
  }));

test("a cursor with a value that its column cannot have is refused by name", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    for (const [by, value, id] of [
      ["rows", "many", "ds_1"],
      ["rows", "1e400", "ds_1"],
      ["updated", "2026-13-40", "ds_1"],
      ["name", "a\u0000", "ds_1"],
      ["name", "a", "\ud800"],
    ] as const) {
      const cursor = Buffer.from(JSON.stringify([by, true, value, id])).toString("base64url");
      const asked = listDatasets(ctx, { sort: { by, desc: true }, cursor });
      await expect(asked, value).rejects.toMatchObject({ code: "INVALID", field: "cursor" });
    }
  }));

async function namesOf(ctx: Ctx, sort: Order, limit: number) {
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listDatasets>> = await listDatasets(ctx, { sort, limit, cursor });
    names.push(...page.items.map((row) => row.name));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return names;
}

/** A dataset whose version has `found` problems and rows; null: refused before it was read. */
async function made(ctx: Ctx, name: string, found: number | null) {
  const { projectId, actor: createdBy } = ctx;
  const sourceBlob = "a".repeat(64);
  const datasetId = newId("dataset");
  await ctx.db.insert(blobs).values({ sha256: sourceBlob, bytes: 1 }).onConflictDoNothing();
  await ctx.db.insert(datasets).values({ id: datasetId, projectId, name, createdBy });
  await ctx.db.insert(datasetVersions).values({
    id: newId("datasetVersion"),
    projectId,
    datasetId,
    version: 1,
    status: found === null ? "refused" : "ready",
    filename: `${name}.jsonl`,
    sourceBlob,
    sourceBytes: found ?? 0,
    shape: found === null ? null : "messages",
    rowsRead: found ?? 0,
    problemCount: found,
    createdBy,
  });
}
