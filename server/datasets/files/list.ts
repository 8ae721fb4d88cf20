import { and, asc, desc, eq, gt, isNull, lt } from "drizzle-orm";
import type { FilePurpose } from "#db/enums.ts";
import { datasetVersions } from "#db/schema/datasets.ts";
import { files } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { fileView } from "#server/datasets/files/view.ts";
import { DomainError } from "#server/errors.ts";

type ListFiles = { purpose?: FilePurpose; after?: string; limit: number; order?: "asc" | "desc" };

/**
 * Files of the project after the id `after`, newest first unless told: `{items, hasMore}`, items as `fileView`.
 * Throws NOT_FOUND for an `after` that is no file here, or is deleted.
 */
export async function listFiles(ctx: Ctx, { purpose, after, limit, order = "desc" }: ListFiles) {
  if (after !== undefined) await mustExist(ctx, after);
  const newestFirst = order === "desc";
  const beyond = after ? (newestFirst ? lt(files.id, after) : gt(files.id, after)) : undefined;
  const rows = await ctx.db
    .select({ file: files, version: datasetVersions })
    .from(files)
    .leftJoin(datasetVersions, eq(datasetVersions.id, files.datasetVersionId))
    .where(
      and(
        eq(files.projectId, ctx.projectId),
        isNull(files.deletedAt),
        purpose ? eq(files.purpose, purpose) : undefined,
        beyond,
      ),
    )
    .orderBy(newestFirst ? desc(files.id) : asc(files.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map(({ file, version }) => fileView(file, version));
  return { items, hasMore: rows.length > limit };
}

async function mustExist(ctx: Ctx, id: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: files.id })
    .from(files)
    .where(and(eq(files.id, id), eq(files.projectId, ctx.projectId), isNull(files.deletedAt)));
  if (!row) throw new DomainError("NOT_FOUND", `there is no file ${id} to go on after`, { field: "after" });
}
