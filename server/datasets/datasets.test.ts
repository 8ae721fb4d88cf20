import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { inTx } from "#db/testing.ts";
import { archiveDataset } from "#server/datasets/archive.ts";
import { decideDataset } from "#server/datasets/decide.ts";
import { listDatasets } from "#server/datasets/list.ts";
import { listRows } from "#server/datasets/list-rows.ts";
import { restoreDataset } from "#server/datasets/restore.ts";
import { showDataset } from "#server/datasets/show.ts";
import { chatLine, testDatasets } from "#server/datasets/testing.ts";
import { useSample } from "#server/datasets/use-sample.ts";
import { testDataset, testRun } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

const rows = Array.from({ length: 700 }, (_, i) => chatLine(`question ${i}`, `answer ${i}`)).join("");
const badRow = '{"messages": [{"role": "user", "content": "hi"}]}\n';
const gsm = '{"question": "1+1?", "answer": "2"}\n{"question": "2+2?", "answer": "4"}\n';

test("a person sets bad rows aside and the version is ready", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const { versionId } = await add(rows + badRow);
    const decided = await decideDataset(ctx, { versionId, decision: { do: "set_aside" } });
    expect(decided.status).toBe("ready");
    const again = decideDataset(ctx, { versionId, decision: { do: "refuse" } });
    await expect(again).rejects.toThrow("version 1 is ready: there is nothing to decide");
  }));

test("a person refuses a version, and its rows are gone from view", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const { versionId } = await add(rows + badRow);
    await decideDataset(ctx, { versionId, decision: { do: "refuse" } });
    const { version } = await showDataset(ctx, { ref: versionId });
    expect(version).toMatchObject({ status: "refused", refusal: { message: "1 of 701 rows have problems" } });
    await expect(listRows(ctx, { versionId, split: "train" })).rejects.toThrow("it has no rows to show");
  }));

test("an unknown layout is mapped by a person and imported again", () =>
  inTx(async (tx) => {
    const { ctx, add, runImport, enqueued } = await testDatasets(tx);
    const { versionId } = await add(gsm);
    const before = await showDataset(ctx, { ref: "tickets" });
    expect(before.version.reviewDetail).toMatchObject({ kind: "mapping", samples: [{ question: "1+1?" }, {}] });
    const setAside = decideDataset(ctx, { versionId, decision: { do: "set_aside" } });
    await expect(setAside).rejects.toThrow("map them, or refuse");
    const half = decideDataset(ctx, { versionId, decision: { do: "map", mapping: { prompt: "question" } } });
    await expect(half).rejects.toThrow("the mapping is not complete");
    const mapping = { prompt: "question", completion: "answer" };
    await decideDataset(ctx, { versionId, decision: { do: "map", mapping } });
    expect(enqueued).toHaveLength(2);
    expect(await runImport(versionId)).toEqual({ outcome: "ready" });
    const after = await showDataset(ctx, { ref: "tickets/1" });
    expect(after.version).toMatchObject({ status: "ready", shape: "prompt_completion", mapping, review: null });
  }));

test("columns under which no row can be read are asked for again, and a right choice still imports the file", () =>
  inTx(async (tx) => {
    const { ctx, add, runImport } = await testDatasets(tx);
    const { versionId } = await add(gsm, { mapping: { messages: "question" } });
    const { version } = await showDataset(ctx, { ref: versionId });
    expect(version).toMatchObject({ status: "needs_review", review: "mapping", mapping: { messages: "question" } });
    expect(version.reviewDetail).toMatchObject({
      samples: [{ question: "1+1?" }, {}],
      why: 'with these columns none of the 2 rows can be used. Line 1: "question" is text; it must be a list of turns',
    });
    const mapping = { prompt: "question", completion: "answer" };
    await decideDataset(ctx, { versionId, decision: { do: "map", mapping } });
    expect(await runImport(versionId)).toEqual({ outcome: "ready" });
    const broken = await add("[1]\n", { mapping });
    expect((await showDataset(ctx, { ref: broken.versionId })).version).toMatchObject({ status: "refused" });
  }));

test("the list shows the newest version of each dataset, filters, pages and counts uses", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const old = await add(rows, { name: "support" });
    await add(gsm, { name: "sums" });
    const newest = await add(rows, { name: "support" });
    await testRun(ctx, { datasetVersionId: old.versionId });
    const all = await listDatasets(ctx, {});
    expect(all.items.map((item) => [item.name, item.latest.version])).toEqual([
      ["support", 2],
      ["sums", 1],
    ]);
    expect(all.items[0]).toMatchObject({ latest: { id: newest.versionId }, usedBy: { runs: 1, suites: 0 } });
    expect(all).toMatchObject({ total: 2, nextCursor: null });
    const page = await listDatasets(ctx, { limit: 1 });
    const next = await listDatasets(ctx, { limit: 1, cursor: page.nextCursor ?? "" });
    expect([page.items[0]?.name, next.items[0]?.name, next.nextCursor]).toEqual(["support", "sums", null]);
    expect((await listDatasets(ctx, { search: "UPP" })).items.map((item) => item.name)).toEqual(["support"]);
    expect((await listDatasets(ctx, { search: "%" })).items).toEqual([]);
    expect((await listDatasets(ctx, { status: ["needs_review"] })).items.map((item) => item.name)).toEqual(["sums"]);
    expect((await listDatasets(ctx, { shape: ["text"] })).total).toBe(0);
  }));

test("a page of the list reads as many versions and runs whether the project has tens of datasets or hundreds", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const grow = async (count: number) => {
      for (let i = 0; i < count; i++) await testDataset(ctx);
      const [newest] = (await listDatasets(ctx, { limit: 1 })).items;
      await testRun(ctx, { datasetVersionId: newest?.latest.id });
    };
    // as on tables that are not nearly empty: there an index leads to the page's rows
    for (const way of ["seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"])
      await tx.execute(sql.raw(`set local enable_${way} = off`));
    const readFor = async () => {
      await tx.execute(sql`analyze datasets, dataset_versions, runs`);
      const before = await rowsRead();
      const { items, total } = await listDatasets(ctx, { limit: 5 });
      expect(items).toHaveLength(5);
      return { total, read: (await rowsRead()) - before };
    };
    const rowsRead = async () => {
      const [stat] = await tx.execute<{ read: number }>(sql`select sum(seq_tup_read + idx_tup_fetch)::int as read
        from pg_stat_xact_user_tables where relname in ('dataset_versions', 'runs')`);
      return stat?.read ?? 0;
    };
    await grow(20);
    const few = await readFor();
    await grow(180);
    const many = await readFor();
    expect([few.total < 30, many.total > 200 - 5]).toEqual([true, true]);
    expect(many.read).toBeLessThanOrEqual(few.read + 10);
  }));

test("another project's datasets are not found", () =>
  inTx(async (tx) => {
    const { versionId, datasetId } = await (await testDatasets(tx)).add(rows + badRow);
    const { ctx } = await testDatasets(tx);
    expect((await listDatasets(ctx, {})).items).toEqual([]);
    for (const ref of [versionId, datasetId, "tickets", "tickets/1"]) {
      await expect(showDataset(ctx, { ref })).rejects.toThrow("there is no dataset");
    }
    await expect(listRows(ctx, { versionId, split: "train" })).rejects.toThrow("there is no dataset version");
    await expect(decideDataset(ctx, { versionId, decision: { do: "refuse" } })).rejects.toThrow("there is no dataset");
    await expect(archiveDataset(ctx, { datasetId })).rejects.toThrow("there is no dataset");
  }));

test("rows are read from any offset and searched by their text", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const { versionId } = await add(rows);
    const whole = [];
    for (let offset: number | null = 0; offset !== null; ) {
      const page: Awaited<ReturnType<typeof listRows>> = await listRows(ctx, {
        versionId,
        split: "train",
        offset,
        limit: 50,
      });
      whole.push(...page.rows);
      offset = page.nextOffset;
    }
    const { total } = await listRows(ctx, { versionId, split: "train" });
    expect(whole.map((row) => row.row)).toEqual(Array.from({ length: total }, (_, i) => i));
    const some = await listRows(ctx, { versionId, split: "train", offset: 333, limit: 3 });
    expect(some.rows).toEqual(whole.slice(333, 336));
    const found = await listRows(ctx, { versionId, split: "train", search: "ANSWER 41", limit: 50 });
    expect(found.rows.length).toBeGreaterThan(5);
    expect(found.rows.every((row) => JSON.stringify(row.value).includes("answer 41"))).toBe(true);
    expect((await listRows(ctx, { versionId, split: "train", search: "role" })).rows).toEqual([]);
  }));

test("an archived dataset leaves the list and a new upload brings it back", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const { datasetId } = await add(rows);
    await archiveDataset(ctx, { datasetId });
    expect((await listDatasets(ctx, {})).total).toBe(0);
    expect(await add(rows)).toMatchObject({ datasetId, version: 2 });
    expect((await listDatasets(ctx, {})).total).toBe(1);
  }));

test("an archived dataset is listed apart and restored as it was", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const { datasetId } = await add(rows);
    expect((await listDatasets(ctx, { archived: true })).items).toEqual([]);
    await expect(restoreDataset(ctx, { datasetId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await archiveDataset(ctx, { datasetId });
    expect((await listDatasets(ctx, { archived: true })).items).toMatchObject([
      { id: datasetId, latest: { version: 1 } },
    ]);
    const stranger = (await testDatasets(tx)).ctx;
    await expect(restoreDataset(stranger, { datasetId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await restoreDataset(ctx, { datasetId });
    expect((await listDatasets(ctx, { archived: true })).total).toBe(0);
    expect((await listDatasets(ctx, {})).items).toMatchObject([{ id: datasetId }]);
  }));

test("the sample imports without a problem", () =>
  inTx(async (tx) => {
    const { ctx, runImport } = await testDatasets(tx);
    const { versionId } = await useSample(ctx);
    expect(await runImport(versionId)).toEqual({ outcome: "ready" });
    const { name, version } = await showDataset(ctx, { ref: versionId });
    expect(name).toBe("triage");
    expect(version).toMatchObject({ shape: "messages", badRows: 0, duplicateRows: 0 });
    expect(version.rowsRead).toBeGreaterThanOrEqual(1_000);
  }));

test("each row says where it stands in the file that was uploaded, however the split mixed them", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const lines = Array.from({ length: 900 }, (_, i) => (i % 3 === 0 ? "\n" : chatLine(`question ${i + 1}`, "yes")));
    const { versionId } = await add(lines.join(""));
    const elements = Array.from({ length: 300 }, (_, i) => chatLine(`question ${i + 1}`, "yes").trim());
    const array = await add(`[${elements.join(",\n")}]`);
    for (const split of ["train", "validation"] as const) {
      const { rows } = await listRows(ctx, { versionId, split, offset: split === "train" ? 390 : 0, limit: 20 });
      expect(rows.length).toBeGreaterThan(10);
      for (const { value, source } of rows) expect(JSON.stringify(value)).toContain(`question ${source?.line}"`);
      const listed = await listRows(ctx, { versionId: array.versionId, split, limit: 5 });
      for (const { value, source } of listed.rows) {
        expect(source?.element).toBe(source?.line);
        expect(JSON.stringify(value)).toContain(`question ${source?.element}"`);
      }
    }
  }));
