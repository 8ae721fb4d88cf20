import { and, eq } from "drizzle-orm";
import { trainedPrompts } from "#db/schema/evals.ts";
import type { Ctx } from "#server/context.ts";
import { maxRowBytes } from "#server/datasets/rows/limits.rule.ts";
import { createLineReader } from "#server/datasets/rows/lines.ts";
import { promptsTaught } from "#server/evals/prompt.rule.ts";
import type { Storage } from "#server/storage.ts";

/** 512 KiB a row of the table */
const hashesPerPart = 65_536;
const bytesPerHash = 8;

type Source = { id: string; trainBlob: string | null };

/**
 * Write down which prompts a dataset version's training rows teach → false when its rows are gone and nobody did before.
 * One pass over the file (about 10 s for a million rows of 1 kB), once for a version; two at a time write the same.
 */
export async function indexPrompts(
  ctx: Pick<Ctx, "db" | "projectId"> & { storage: Storage },
  version: Source,
  signal?: AbortSignal,
): Promise<boolean> {
  if (await isIndexed(ctx, version.id)) return true;
  if (!version.trainBlob) return false;
  let part = 0;
  let textRows = 0;
  let hashes = Buffer.alloc(hashesPerPart * bytesPerHash);
  let filled = 0;
  const keep = async (last: boolean) => {
    await ctx.db
      .insert(trainedPrompts)
      .values({
        projectId: ctx.projectId,
        datasetVersionId: version.id,
        part: part++,
        hashes: hashes.subarray(0, filled),
        last,
        textRows,
      })
      .onConflictDoNothing();
    hashes = Buffer.alloc(hashesPerPart * bytesPerHash);
    filled = 0;
  };
  const lines = createLineReader(maxRowBytes * 2);
  for await (const chunk of ctx.storage.read(version.trainBlob)) {
    signal?.throwIfAborted();
    // every row ends with a line break, so nothing is left behind in the reader
    for (const line of lines.push(chunk)) {
      const prompts = promptsTaught(JSON.parse(line.bytes.toString("utf8")));
      if (!prompts) textRows++;
      for (const hash of prompts ?? []) {
        filled = hashes.writeBigUInt64LE(hash, filled);
        if (filled === hashes.length) await keep(false);
      }
    }
  }
  await keep(true);
  return true;
}

async function isIndexed(ctx: Pick<Ctx, "db" | "projectId">, id: string) {
  const [found] = await ctx.db
    .select({ part: trainedPrompts.part })
    .from(trainedPrompts)
    .where(
      and(
        eq(trainedPrompts.datasetVersionId, id),
        eq(trainedPrompts.projectId, ctx.projectId),
        eq(trainedPrompts.last, true),
      ),
    );
  return found !== undefined;
}

/** Which of the wanted prompts a version's rows teach, and how many of its rows are text without a prompt. 10 ms a million rows. */
export async function findPrompts(
  ctx: Pick<Ctx, "db" | "projectId">,
  datasetVersionId: string,
  wanted: ReadonlySet<bigint>,
): Promise<{ found: Set<bigint>; textRows: number }> {
  const found = new Set<bigint>();
  let textRows = 0;
  for (let part = 0; ; part++) {
    const [row] = await ctx.db
      .select()
      .from(trainedPrompts)
      .where(
        and(
          eq(trainedPrompts.datasetVersionId, datasetVersionId),
          eq(trainedPrompts.projectId, ctx.projectId),
          eq(trainedPrompts.part, part),
        ),
      );
    if (!row) return { found, textRows };
    textRows = row.textRows;
    for (let at = 0; at < row.hashes.length; at += bytesPerHash) {
      const hash = row.hashes.readBigUInt64LE(at);
      if (wanted.has(hash)) found.add(hash);
    }
    if (row.last) return { found, textRows };
  }
}
