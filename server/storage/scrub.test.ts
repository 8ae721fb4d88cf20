import { rm, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { blobs } from "#db/schema/storage.ts";
import { inDatabase } from "#db/testing.ts";
import { createFile } from "#server/datasets/files/create.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { listDamage } from "#server/storage/damage.ts";
import { scrubStorage } from "#server/storage/scrub.ts";

const signal = new AbortController().signal;
const fast = { bytesPerTurn: 2 ** 30, bytesPerSecond: 2 ** 40 };
const rows = '{"text": "a row of this file"}\n';

async function stored(ctx: Awaited<ReturnType<typeof testJobs>>["ctx"], filename: string, content: string) {
  return createFile(ctx, { filename, purpose: "fine-tune", stream: Readable.from([Buffer.from(content)]) });
}

test("damaged and missing bytes are found, with what uses them in which project, and are well again once put anew", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const other = await testJobs(db);
    const changed = await stored(ctx, "changed.jsonl", rows);
    const gone = await stored(ctx, "gone.jsonl", `${rows}${rows.replace("a row", "another")}`);
    await stored(ctx, "fine.jsonl", '{"text": "fine"}\n');
    await db.update(blobs).set({ checkedAt: null });
    expect(await scrubStorage(ctx, {}, signal, fast)).toMatchObject({ blobs: 3, damaged: 0 });
    expect(await scrubStorage(ctx, {}, signal, fast)).toMatchObject({ blobs: 0, damaged: 0 });

    await rm(ctx.storage.pathOf(changed.blobSha256));
    await writeFile(ctx.storage.pathOf(changed.blobSha256), rows.replace("row", "r0w")); // same size: only reading tells
    await rm(ctx.storage.pathOf(gone.blobSha256));
    await db.update(blobs).set({ checkedAt: sql`now() - interval '8 days'` });
    expect(await scrubStorage(ctx, {}, signal, fast)).toMatchObject({ damaged: 2 });
    const found = await listDamage(db, ctx.projectId);
    const byName = found.map(({ damage, uses }) => [damage, uses.map((use) => `${use.kind} ${use.name}`)]);
    expect(byName.sort()).toEqual([
      ["changed", ["dataset changed/1", "file changed.jsonl"]],
      ["missing", ["dataset gone/1", "file gone.jsonl"]],
    ]);
    expect(await listDamage(db, other.ctx.projectId)).toEqual([]);
    expect(await listDamage(db)).toHaveLength(2);

    await stored(other.ctx, "changed.jsonl", rows);
    expect(await listDamage(db)).toMatchObject([{ damage: "missing" }]);
    await ctx.storage.put(Readable.from([Buffer.from(`${rows}${rows.replace("a row", "another")}`)]));
    await db.update(blobs).set({ checkedAt: sql`checked_at - interval '1 minute'` });
    expect(await scrubStorage(ctx, {}, signal, fast)).toMatchObject({ damaged: 0 });
  }));

test("a turn stops at its bytes and the next one goes on where it stopped", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    for (const n of [1, 2, 3]) await stored(ctx, `${n}.jsonl`, `{"text": "file ${n} of three"}\n`);
    await db.update(blobs).set({ checkedAt: null });
    const one = { ...fast, bytesPerTurn: 1 };
    const turns = [];
    for (let turn = 0; turn < 4; turn++) turns.push((await scrubStorage(ctx, {}, signal, one)).blobs);
    expect(turns).toEqual([1, 1, 1, 0]);
  }));
