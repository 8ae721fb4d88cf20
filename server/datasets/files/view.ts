import type { DatasetStatus } from "#db/enums.ts";
import type { datasetVersions } from "#db/schema/datasets.ts";
import type { files } from "#db/schema/storage.ts";
import { formatPlace } from "#server/datasets/pass/report.rule.ts";

type File = typeof files.$inferSelect;
type Version = typeof datasetVersions.$inferSelect;

/** OpenAI's file statuses; a version that waits for a person counts as an error, with the reason beside it. */
const statuses = {
  uploading: "uploaded",
  importing: "uploaded",
  needs_review: "error",
  ready: "processed",
  refused: "error",
} as const satisfies Record<DatasetStatus, "uploaded" | "processed" | "error">;

/**
 * A file as `/v1/files` needs it: sizes in bytes, `createdAt` a Date, OpenAI's `status`, and for `fine-tune` files
 * the dataset version they became (`datasetVersionId`, `datasetStatus`).
 */
export function fileView(file: File, version: Version | null) {
  return {
    id: file.id,
    filename: file.filename,
    purpose: file.purpose,
    bytes: file.bytes,
    createdAt: file.createdAt,
    blobSha256: file.blobSha256,
    datasetVersionId: file.datasetVersionId,
    datasetStatus: version?.status ?? null,
    status: isGone(file, version) ? ("error" as const) : version ? importOf(version).status : ("processed" as const),
    statusDetails: isGone(file, version) ? goneDetail : version ? importOf(version).why : null,
  };
}

const goneDetail = "the dataset version that it became was deleted: upload the file again to train on it";

/** A version that was never ready leaves no row when it is deleted. */
function isGone(file: File, version: Version | null): boolean {
  return file.datasetVersionId !== null && (version === null || version.deletedAt !== null);
}

/** How far a version's import is, in OpenAI's file statuses, and why it stands there. */
export function importOf(version: Version) {
  return { status: statuses[version.status], why: detailsOf(version) };
}

function detailsOf(version: Version): string | null {
  if (version.status === "refused" && version.refusal) {
    const { code, message, remedy } = version.refusal;
    if (code !== "bad_rows") return `${message}. ${remedy}`;
    return `${badRowsOf(version)}. Fix them and upload again, or go on without them: header x-forge-on-bad-rows: skip`;
  }
  if (version.status !== "needs_review") return version.waitingFor;
  if (version.review?.kind === "mapping") {
    const columns = version.review.columns.map((column) => column.name).join(", ");
    const why = version.review.why ?? `the columns match no known layout (${columns})`;
    return `${why}. Name them as docs/datasets.md does, or map them in the console or with ./forge datasets decide --map`;
  }
  return `${badRowsOf(version)}. Fix them, or go on without them: header x-forge-on-bad-rows: skip`;
}

/** How many rows cannot be used, and the first of them. */
function badRowsOf({ problems: [first], badRows, rowsRead }: Version): string {
  const counts = `${badRows} of ${rowsRead} rows cannot be used`;
  if (!first) return counts;
  const field = first.field === null ? "" : `, ${first.field}`;
  return `${formatPlace(first)}${field}: ${first.message}. ${counts}`;
}
