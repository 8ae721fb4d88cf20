import { and, count, desc, eq, isNull } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { suites } from "#db/schema/evals.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { liveVersionsOf } from "#server/datasets/deletion.ts";
import type { ShowDataset } from "#server/datasets/input.ts";
import { rate } from "#server/datasets/list.ts";
import { resolveVersion } from "#server/datasets/resolve-version.ts";
import { versionView } from "#server/datasets/version-view.ts";

const maxVersions = 100;
const maxUses = 50;

/**
 * One version of a dataset with everything about it, its siblings (newest 100) and what uses it (newest 50 each).
 * Without a version the newest. Throws NOT_FOUND.
 */
export async function showDataset(ctx: Ctx, input: ShowDataset) {
  const version = await resolveVersion(ctx, input.ref, input.version);
  const mine = and(eq(datasets.id, version.datasetId), eq(datasets.projectId, ctx.projectId));
  const usedHere = and(
    eq(runs.datasetVersionId, version.id),
    eq(runs.projectId, ctx.projectId),
    isNull(runs.deletedAt),
  );
  const [[dataset], versions, [speed], usedByRuns, usedBySuites, [used]] = await Promise.all([
    ctx.db.select().from(datasets).where(mine),
    ctx.db
      .select()
      .from(datasetVersions)
      .where(liveVersionsOf(ctx, version.datasetId))
      .orderBy(desc(datasetVersions.version))
      .limit(maxVersions),
    ctx.db.select({ bytesPerSecond: rate }).from(datasetVersions).where(eq(datasetVersions.id, version.id)),
    ctx.db
      .select({ id: runs.id, name: runs.name, status: runs.status, createdAt: runs.createdAt })
      .from(runs)
      .where(usedHere)
      .orderBy(desc(runs.id))
      .limit(maxUses),
    ctx.db
      .select({ id: suites.id, name: suites.name, split: suites.split, cases: suites.cases })
      .from(suites)
      .where(
        and(eq(suites.datasetVersionId, version.id), eq(suites.projectId, ctx.projectId), isNull(suites.archivedAt)),
      )
      .orderBy(desc(suites.id))
      .limit(maxUses),
    ctx.db.select({ runs: count() }).from(runs).where(usedHere),
  ]);
  return {
    id: version.datasetId,
    name: dataset?.name ?? "",
    archivedAt: dataset?.archivedAt ?? null,
    version: {
      ...versionView(version),
      format: version.format,
      mapping: version.mapping,
      onBadRows: version.onBadRows,
      duplicatesExact: version.duplicatesExact ?? true,
      problems: version.problems,
      problemCounts: version.problemCounts ?? {},
      notes: version.notes,
      lengths: version.stats ?? {},
      reviewDetail: version.review,
      sourceSha256: version.sourceBlob,
      setAside: version.setAsideBlob !== null,
      bytesPerSecond: speed?.bytesPerSecond ?? null,
    },
    versions: versions.map(versionView),
    usedBy: { runs: usedByRuns, suites: usedBySuites, runCount: used?.runs ?? 0 },
  };
}
