import type { datasetVersions } from "#db/schema/datasets.ts";
import { stateOf } from "#server/datasets/split.rule.ts";

type Version = typeof datasetVersions.$inferSelect;

/** A version as lists show it: counts and progress, no problems, no blobs. Sizes in bytes. */
export function versionView(version: Version) {
  const { id, datasetId, status, filename, sourceBytes, bytesRead, rowsRead, shape, sourceShape } = version;
  return {
    id,
    datasetId,
    version: version.version,
    status,
    /** the status in words for people: `validation_only` for a ready version without training rows */
    state: stateOf(version),
    filename,
    shape,
    sourceShape,
    sourceBytes,
    bytesRead,
    rowsRead,
    trainRows: version.trainRows,
    validationRows: version.validationRows,
    /** basis points of its rows that were asked for validation */
    validationShareBp: version.validationShareBp,
    badRows: version.badRows,
    duplicateRows: version.duplicateRows,
    problemCount: version.problemCount,
    /** what a person has to decide, if anything */
    review: version.review?.kind ?? null,
    refusal: version.refusal,
    waitingFor: version.waitingFor,
    importStartedAt: version.leasedAt,
    createdBy: version.createdBy,
    createdAt: version.createdAt,
    readyAt: version.readyAt,
  };
}
