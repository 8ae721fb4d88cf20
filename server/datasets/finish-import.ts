import { eq, sql } from "drizzle-orm";
import { type datasetVersions, examplePages } from "#db/schema/datasets.ts";
import type { Blob } from "#server/blob-files.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { Report } from "#server/datasets/pass/report.rule.ts";
import { type ImportVerdict, judgeImport } from "#server/datasets/status.rule.ts";
import { type Claim, release } from "#server/jobs/lease.ts";
import { datasetImports } from "#server/jobs/leased.ts";
import { recordBlob } from "#server/storage.ts";

type ImportClaim = Claim<typeof datasetVersions>;
type Blobs = { train: Blob | null; validation: Blob | null; setAside: Blob | null };
type Finished = { report: Report; blobs: Blobs } | { gaveUp: number };

const none: Blobs = { train: null, validation: null, setAside: null };
const pagesPerInsert = 5_000;

/** Everything a pass found becomes visible in one transaction, if the claim still holds; `skipped` if it does not. */
export async function finishImport(ctx: Ctx, claim: ImportClaim, finished: Finished) {
  const verdict = verdictOf(claim, finished);
  return transact(ctx, async (ctx) => {
    const blobs = "blobs" in finished ? kept(finished.blobs, verdict) : none;
    for (const blob of Object.values(blobs)) if (blob) await recordBlob(ctx, blob);
    const moved = await release(ctx, datasetImports, claim, {
      ...statusColumns(verdict, finished),
      ...("report" in finished ? reportColumns(finished.report) : {}),
      trainBlob: blobs.train?.sha256 ?? null,
      validationBlob: blobs.validation?.sha256 ?? null,
      setAsideBlob: blobs.setAside?.sha256 ?? null,
      waitingFor: null,
    });
    if (!moved) return { outcome: "skipped" as const };
    if ("report" in finished) await writePages(ctx, claim.id, finished.report);
    const detail = "report" in finished ? { rows: finished.report.rowsRead, badRows: finished.report.badRows } : {};
    ctx.changed({ action: "datasets.import", id: claim.id, detail: { status: verdict.status, ...detail } });
    return { outcome: verdict.status };
  });
}

function verdictOf(claim: ImportClaim, finished: Finished): ImportVerdict {
  if ("report" in finished) return judgeImport(finished.report, claim.onBadRows);
  const message = `the import broke off ${finished.gaveUp} times without saying why`;
  const remedy = "Look into the log of the jobs process for this version's id, then upload again.";
  return { status: "refused", refusal: { code: "import_failed", message, remedy } };
}

function statusColumns(verdict: ImportVerdict, finished: Finished) {
  if (verdict.status === "ready") return { status: verdict.status, readyAt: sql`now()`, review: null };
  if (verdict.status === "refused") return { status: verdict.status, refusal: verdict.refusal, review: null };
  const unmapped = "report" in finished ? finished.report.unmapped : null;
  const review = unmapped ? { kind: "mapping" as const, ...unmapped } : { kind: "bad_rows" as const };
  return { status: verdict.status, review };
}

/** A refused or unmapped file has no examples, but its bad rows can be looked at. */
function kept(blobs: Blobs, verdict: ImportVerdict): Blobs {
  const unmapped = verdict.status === "needs_review" && verdict.kind === "mapping";
  return verdict.status === "refused" || unmapped ? { ...none, setAside: blobs.setAside } : blobs;
}

function reportColumns(report: Report) {
  const read = report.shape !== null;
  return {
    format: report.format,
    sourceShape: report.source,
    shape: report.shape,
    bytesRead: report.bytesRead,
    rowsRead: report.rowsRead,
    trainRows: read ? report.rows.train : null,
    validationRows: read ? report.rows.validation : null,
    badRows: read ? report.badRows : null,
    duplicateRows: read ? report.duplicateRows : null,
    duplicatesExact: report.duplicatesExact,
    problemCount: report.problemCount,
    problemCounts: report.problemCounts,
    problems: report.problems,
    stats: report.lengths,
    notes: report.notes,
  };
}

async function writePages(ctx: Ctx, versionId: string, report: Report) {
  await ctx.db.delete(examplePages).where(eq(examplePages.versionId, versionId));
  for (const split of ["train", "validation"] as const) {
    const rows = report.pages[split].map((page) => ({ projectId: ctx.projectId, versionId, split, ...page }));
    for (let i = 0; i < rows.length; i += pagesPerInsert) {
      await ctx.db.insert(examplePages).values(rows.slice(i, i + pagesPerInsert));
    }
  }
}
