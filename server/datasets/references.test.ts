import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { inTx } from "#db/testing.ts";
import { archiveDataset } from "#server/datasets/archive.ts";
import { createDatasetVersion } from "#server/datasets/create-version.ts";
import { decideDataset } from "#server/datasets/decide.ts";
import { deleteDatasetVersion } from "#server/datasets/delete-version.ts";
import { ListRows, ShowDataset } from "#server/datasets/input.ts";
import { listRows } from "#server/datasets/list-rows.ts";
import { openPart } from "#server/datasets/open-part.ts";
import { pickDatasetVersion } from "#server/datasets/pick-version.ts";
import { holdVersion, resolveVersion } from "#server/datasets/resolve-version.ts";
import { resplitVersion } from "#server/datasets/resplit-version.ts";
import { chatLine, testDatasets } from "#server/datasets/testing.ts";

const rows = Array.from({ length: 60 }, (_, i) => chatLine(`question ${i}`, `answer ${i}`)).join("");
const gone = { code: "NOT_FOUND" };

test("a dataset's name means its newest version of any status, and a number or an id the one it says", () =>
  inTx(async (tx) => {
    const { ctx, add, store } = await testDatasets(tx);
    const [first, second] = [await add(rows), await store(rows)];
    const idOf = async (ref: string, version?: number) => (await resolveVersion(ctx, ref, version)).id;
    for (const ref of ["tickets", "tickets/2", first.datasetId, `${first.datasetId}/2`, second.versionId])
      expect(await idOf(ref), ref).toBe(second.versionId);
    for (const ref of ["tickets/1", first.versionId, first.versionId.slice(-6)])
      expect(await idOf(ref), ref).toBe(first.versionId);
    expect(await idOf("tickets", 1)).toBe(first.versionId);
    expect(await idOf("tickets/2", 1)).toBe(first.versionId); // said apart, it decides
    await archiveDataset(ctx, { datasetId: first.datasetId });
    expect(await idOf("tickets")).toBe(second.versionId);
  }));

test("what names no version is not found, however it is written, and a deleted one says when it went", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const first = await add(rows);
    await add(rows);
    for (const ref of [
      "tickets/3",
      "tickets/0",
      "tickets/99999999999",
      "ticket",
      "tickets/",
      "/1",
      "%",
      first.versionId.slice(-5),
    ])
      await expect(resolveVersion(ctx, ref), ref).rejects.toMatchObject(gone);
    expect(ShowDataset.safeParse({ ref: "tickets", version: 2 ** 31 }).success).toBe(false);
    await expect(resolveVersion(ctx, "tickets", 2 ** 31 - 1)).rejects.toMatchObject(gone);
    expect(ListRows.safeParse({ versionId: first.versionId, split: "train", offset: 2 ** 31 }).success).toBe(false);
    await deleteDatasetVersion(ctx, { ref: "tickets/1" });
    for (const ref of ["tickets/1", first.versionId])
      await expect(resolveVersion(ctx, ref)).rejects.toMatchObject({ ...gone, reason: "deleted" });
    expect((await resolveVersion(ctx, "tickets")).version).toBe(2);
    await expect(holdVersion(ctx, first.versionId, "dataset")).rejects.toMatchObject({ ...gone, field: "dataset" });
  }));

test("a version with another share is the same bytes, made once, and the one that has the share already is taken", () =>
  inTx(async (tx) => {
    const { ctx, add, enqueued } = await testDatasets(tx);
    const { versionId } = await add(rows);
    const half = await resplitVersion(ctx, { versionId, validationShareBp: 5_000 });
    expect(half).toMatchObject({ name: "tickets", version: 2, isNew: true, status: "uploaded", why: null });
    const jobs = enqueued.length;
    expect(await resplitVersion(ctx, { versionId, validationShareBp: 5_000 })).toMatchObject({
      versionId: half.versionId,
      isNew: false,
    });
    expect(await resplitVersion(ctx, { versionId: half.versionId, validationShareBp: 1_000 })).toMatchObject({
      versionId,
      isNew: false,
      status: "processed",
    });
    expect(enqueued).toHaveLength(jobs);
    const stranger = await testDatasets(tx);
    await expect(resplitVersion(stranger.ctx, { versionId, validationShareBp: 0 })).rejects.toMatchObject(gone);
  }));

test("a refused or deleted version is not split anew, and one that was refused is no match for another", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const bad = await add(`${rows}{"messages": []}\n`, { onBadRows: "refuse" });
    await expect(resplitVersion(ctx, { versionId: bad.versionId, validationShareBp: 0 })).rejects.toMatchObject({
      code: "REFUSED",
      message: "tickets/1 was refused: upload the corrected file",
    });
    const good = await add(`${rows}{"messages": []}\n`, { onBadRows: "set_aside", validationShareBp: 2_000 });
    const again = await resplitVersion(ctx, { versionId: good.versionId, validationShareBp: 1_000 });
    expect(again).toMatchObject({ isNew: true });
    await deleteDatasetVersion(ctx, { ref: good.versionId });
    await expect(resplitVersion(ctx, { versionId: good.versionId, validationShareBp: 0 })).rejects.toMatchObject(gone);
  }));

test("each file of a version is downloaded under a name that says what it is, and those it has not are not there", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const { versionId } = await add(`${rows}{"messages": []}\n`, { onBadRows: "set_aside" });
    const read = async (part: Parameters<typeof openPart>[2]) => {
      const { filename, bytes, stream } = await openPart(ctx, versionId, part);
      const content = await text(stream);
      expect(Buffer.byteLength(content)).toBe(bytes);
      return { filename, lines: content.trim().split("\n").length };
    };
    expect(await read("source")).toEqual({ filename: "tickets.jsonl", lines: 61 });
    expect(await read("set_aside")).toEqual({ filename: "tickets-v1-set-aside.jsonl", lines: 1 });
    const [train, validation] = [await read("train"), await read("validation")];
    expect([train.filename, train.lines + validation.lines]).toEqual(["tickets-v1-train.jsonl", 60]);
    const clean = await add(rows);
    await expect(openPart(ctx, clean.versionId, "set_aside")).rejects.toMatchObject(gone);
    await expect(openPart((await testDatasets(tx)).ctx, versionId, "source")).rejects.toMatchObject(gone);
  }));

test("a picker offers the newest ready version of each live dataset, and the chosen one whichever it is", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const first = await add(rows, { name: "alpha" });
    const second = await add(rows, { name: "alpha" });
    await add(`${rows}{"messages": []}\n`, { name: "alpha", onBadRows: "refuse" });
    const archived = await add(rows, { name: "beta" });
    await archiveDataset(ctx, { datasetId: archived.datasetId });
    const idsOf = async (asked: Parameters<typeof pickDatasetVersion>[1]) =>
      (await pickDatasetVersion(ctx, asked)).items.map((item) => item.id);
    expect(await pickDatasetVersion(ctx, {})).toMatchObject({
      items: [{ id: second.versionId, version: 2 }],
      total: 1,
    });
    expect(await idsOf({ chosen: first.versionId })).toEqual([first.versionId, second.versionId]);
    expect(await idsOf({ chosen: archived.versionId, search: "alhpa" })).toEqual([
      archived.versionId,
      second.versionId,
    ]);
    expect(await idsOf({ search: "gamma" })).toEqual([]);
    await deleteDatasetVersion(ctx, { ref: second.versionId });
    expect(await idsOf({ chosen: second.versionId })).toEqual([first.versionId]);
    const stranger = await testDatasets(tx);
    expect(await pickDatasetVersion(stranger.ctx, { chosen: first.versionId })).toEqual({ items: [], total: 0 });
  }));

test("rows are found by what they say, with quotes, breaks and letters of any script, and the end of them is told", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const said = ['he said "no"', "one\nline", "tab\there", "ÄRGER", "back\\slash", "日本語", "a/b"];
    const { versionId } = await add(said.map((answer) => chatLine("q", answer)).join(""), { validationShareBp: 0 });
    const find = (search: string) => listRows(ctx, { versionId, split: "train", search });
    for (const [i, search] of ['"NO"', "one\nline", "tab\there", "ärger", "\\slash", "本", "A/B"].entries())
      expect(
        (await find(search)).rows.map((row) => row.row),
        search,
      ).toEqual([i]);
    for (const search of ["assistant", "messages", "\\n", "content"]) expect((await find(search)).rows).toEqual([]);
    const page = (offset: number, limit: number) => listRows(ctx, { versionId, split: "train", offset, limit });
    expect(await page(5, 2)).toMatchObject({ rows: [{ row: 5 }, { row: 6 }], total: 7, nextOffset: null });
    expect(await page(0, 6)).toMatchObject({ nextOffset: 6 });
    expect(await page(2 ** 31 - 1, 2)).toMatchObject({ rows: [], total: 7, nextOffset: null });
    expect((await listRows(ctx, { versionId, split: "validation" })).rows).toEqual([]);
  }));

test("a decision is made once, for a version that is there, and a mapping that lacks something makes none", () =>
  inTx(async (tx) => {
    const { ctx, add, enqueued, storage } = await testDatasets(tx);
    const { versionId } = await add(`${rows}{"messages": []}\n`);
    await decideDataset(ctx, { versionId, decision: { do: "refuse" } });
    for (const decision of [{ do: "refuse" }, { do: "set_aside" }] as const)
      await expect(decideDataset(ctx, { versionId, decision })).rejects.toMatchObject({ code: "CONFLICT" });
    const jobs = enqueued.length;
    const blob = { sha256: "0".repeat(64), bytes: 1 };
    const lacking = createDatasetVersion(ctx, { filename: "x.jsonl", blob, mapping: { prompt: "q" } });
    await expect(lacking).rejects.toMatchObject({ code: "INVALID", field: "mapping" });
    expect([enqueued.length, await storage.has(blob.sha256)]).toEqual([jobs, false]);
    const waiting = await add(`${rows}{"messages": []}\n`, { name: "other" });
    await deleteDatasetVersion(ctx, { ref: waiting.versionId });
    const late = decideDataset(ctx, { versionId: waiting.versionId, decision: { do: "set_aside" } });
    await expect(late).rejects.toMatchObject(gone);
  }));
