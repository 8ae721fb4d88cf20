import { and, eq, exists, inArray, not, or, sql } from "drizzle-orm";
import { datasets, datasetVersions, examplePages } from "#db/schema/datasets.ts";
import { suites } from "#db/schema/evals.ts";
import { modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";

/**
 * Take the content of these versions away. A row stays where something names it, with its counts and the file's
 * sha256; `keep` says which others do too: all of them, or only those that something was made of.
 */
export async function letGoOfVersions(ctx: Ctx, ids: readonly string[], keep: "named" | "all"): Promise<void> {
  if (ids.length === 0) return;
  const these = and(inArray(datasetVersions.id, [...ids]), eq(datasetVersions.projectId, ctx.projectId));
  const { db } = ctx;
  const some = { one: sql`1` };
  const named = or(
    exists(
      db
        .select(some)
        .from(runs)
        .where(or(eq(runs.datasetVersionId, datasetVersions.id), eq(runs.validationVersionId, datasetVersions.id))),
    ),
    exists(db.select(some).from(suites).where(eq(suites.datasetVersionId, datasetVersions.id))),
    exists(db.select(some).from(modelVersions).where(eq(modelVersions.datasetVersionId, datasetVersions.id))),
  );
  await db.delete(examplePages).where(inArray(examplePages.versionId, [...ids]));
  if (keep === "named" && named) await db.delete(datasetVersions).where(and(these, not(named)));
  const nothing = { trainBlob: null, validationBlob: null, setAsideBlob: null };
  await db
    .update(datasetVersions)
    .set({
      ...nothing,
      problems: [],
      review: null,
      deletedAt: sql`now()`,
    })
    .where(these);
}

/** Take a dataset away with these versions, all that it has. */
export async function letGoOfDataset(ctx: Ctx, datasetId: string, versionIds: readonly string[]): Promise<void> {
  await letGoOfVersions(ctx, versionIds, "named");
  const mine = and(eq(datasets.id, datasetId), eq(datasets.projectId, ctx.projectId));
  const left = ctx.db.select({ one: sql`1` }).from(datasetVersions).where(eq(datasetVersions.datasetId, datasets.id));
  await ctx.db.delete(datasets).where(and(mine, not(exists(left))));
  await ctx.db.update(datasets).set({ deletedAt: sql`now()` }).where(mine);
}
