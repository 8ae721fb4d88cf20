import { and, desc, eq, lte } from "drizzle-orm";
import { datasetVersions, examplePages } from "#db/schema/datasets.ts";
import type { Ctx } from "#server/context.ts";
import type { ListRows } from "#server/datasets/input.ts";
import { cutRow } from "#server/datasets/rows/cut.rule.ts";
import { maxRowBytes } from "#server/datasets/rows/limits.rule.ts";
import { createLineReader } from "#server/datasets/rows/lines.ts";
import { sourcePlaces } from "#server/datasets/source-places.ts";
import { wasDeleted } from "#server/deletion.rule.ts";
import { DomainError } from "#server/errors.ts";
import type { Storage } from "#server/storage.ts";

/** A search looks through this much per call, then says from which row to go on. */
const maxScanBytes = 64 * 2 ** 20;
const defaultLimit = 20;

/**
 * Canonical rows of a split from `offset` on: `{rows: [{row, value, cut, source: {line, element}}], total, nextOffset}`;
 * `source` is the row's place in the uploaded file, null where it was not kept.
 * With `search` only rows whose text contains it (case-insensitive); `nextOffset` is where to go on, null at the end.
 * Throws NOT_FOUND, CONFLICT when the version has no rows (yet).
 */
export async function listRows(ctx: Ctx & { storage: Storage }, input: ListRows) {
  const offset = input.offset ?? 0;
  const limit = input.limit ?? defaultLimit;
  const { blob, total } = await findSplit(ctx, input);
  const start = await pageBefore(ctx, input, offset);
  const wanted = input.search ? input.search.toLowerCase() : null;
  const needle = wanted === null ? null : JSON.stringify(wanted).slice(1, -1);
  const lines = createLineReader(maxRowBytes * 2);
  const rows: { row: number; value: unknown; cut: boolean }[] = [];
  let row = start.firstRow;
  let scanned = 0;
  let nextOffset: number | null = null;
  const source = ctx.storage.read(blob, { start: start.byteOffset });
  scan: for await (const chunk of source) {
    scanned += chunk.length;
    // every row ends with a line break, so nothing is left behind in the reader
    for (const line of lines.push(chunk)) {
      const at = row++;
      if (at < offset) continue;
      if (rows.length >= limit || (needle !== null && scanned > maxScanBytes)) {
        nextOffset = at;
        break scan;
      }
      const text = line.bytes.toString("utf8");
      if (needle !== null && !text.toLowerCase().includes(needle)) continue;
      const value: unknown = JSON.parse(text);
      if (wanted !== null && !contains(value, wanted)) continue;
      rows.push({ row: at, ...cutRow(value) });
    }
  }
  source.destroy();
  const places = await sourcePlaces(
    ctx,
    input,
    rows.map((found) => found.row),
  );
  return { rows: rows.map((found) => ({ ...found, source: places.get(found.row) ?? null })), total, nextOffset };
}

/** Is it in the row's own text, not just in its keys and roles? */
function contains(value: unknown, wanted: string): boolean {
  if (typeof value === "string") return value.toLowerCase().includes(wanted);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, inner]) => key !== "role" && contains(inner, wanted));
}

async function findSplit(ctx: Ctx, input: ListRows) {
  const [version] = await ctx.db
    .select()
    .from(datasetVersions)
    .where(and(eq(datasetVersions.id, input.versionId), eq(datasetVersions.projectId, ctx.projectId)));
  if (!version) throw new DomainError("NOT_FOUND", `there is no dataset version ${input.versionId}`);
  if (version.deletedAt) throw wasDeleted(`version ${version.version}`, version.deletedAt);
  const train = input.split === "train";
  const blob = train ? version.trainBlob : version.validationBlob;
  if (!blob)
    throw new DomainError("CONFLICT", `version ${version.version} is ${version.status}: it has no rows to show`);
  return { blob, total: (train ? version.trainRows : version.validationRows) ?? 0 };
}

/** Where the page begins that holds row `offset`. */
async function pageBefore(ctx: Ctx, input: ListRows, offset: number) {
  const [page] = await ctx.db
    .select({ firstRow: examplePages.firstRow, byteOffset: examplePages.byteOffset })
    .from(examplePages)
    .where(
      and(
        eq(examplePages.versionId, input.versionId),
        eq(examplePages.split, input.split),
        lte(examplePages.firstRow, offset),
      ),
    )
    .orderBy(desc(examplePages.firstRow))
    .limit(1);
  return page ?? { firstRow: 0, byteOffset: 0 };
}
