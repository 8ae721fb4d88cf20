import { and, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { heldRunStatuses } from "#db/enums.ts";
import { datasetVersions } from "#db/schema/datasets.ts";
import { evals } from "#db/schema/evals.ts";
import { modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import type { LeasedTable, Work } from "#server/jobs/lease.ts";

/*
 * What is worked on by one worker at a time. The verb that does it claims, beats and releases by its line here, and the
 * job's `lost` in the catalog looks for the abandoned by the same line. Statuses are written out, for the partial indexes.
 */

const work = <T extends LeasedTable>(kind: Work<T>) => kind;

export const datasetImports = work({
  table: datasetVersions,
  held: both(sql`${datasetVersions.status} = 'importing'`, isNull(datasetVersions.deletedAt)),
  since: datasetVersions.createdAt,
});

export const modelImports = work({
  table: modelVersions,
  held: both(sql`${modelVersions.status} = 'importing'`, isNull(modelVersions.deletedAt)),
  since: modelVersions.createdAt,
});

export const trainings = work({
  table: runs,
  waiting: sql`${runs.status} = 'queued'`,
  held: inArray(runs.status, [...heldRunStatuses]),
  since: runs.queuedAt,
});

export const conversions = work({
  table: runs,
  held: sql`${runs.status} = 'converting'`,
  since: runs.queuedAt,
});

export const evaluations = work({
  table: evals,
  waiting: sql`${evals.status} = 'queued'`,
  held: sql`${evals.status} = 'running'`,
  since: evals.createdAt,
});

function both(a: SQL, b: SQL): SQL {
  return sql`(${and(a, b)})`;
}
