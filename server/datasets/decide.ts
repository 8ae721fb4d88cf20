import { and, eq, isNull, sql } from "drizzle-orm";
import { datasetVersions } from "#db/schema/datasets.ts";
import { type Ctx, transact } from "#server/context.ts";
import { checkMapping } from "#server/datasets/check-mapping.ts";
import type { DecideDataset } from "#server/datasets/input.ts";
import { badRowsRefusal } from "#server/datasets/status.rule.ts";
import { DomainError } from "#server/errors.ts";
import { vacant } from "#server/jobs/lease.ts";

type Version = typeof datasetVersions.$inferSelect;

/**
 * A person decides about a version that needs review: set its bad rows aside (ready at once), map its columns
 * (imported again) or refuse it. Throws NOT_FOUND, CONFLICT when it needs no review (any more) or another decision,
 * INVALID for an incomplete mapping.
 */
export async function decideDataset(ctx: Ctx, { versionId, decision }: DecideDataset) {
  if (decision.do === "map") checkMapping(decision.mapping);
  return transact(ctx, async (ctx) => {
    const mine = and(
      eq(datasetVersions.id, versionId),
      eq(datasetVersions.projectId, ctx.projectId),
      isNull(datasetVersions.deletedAt),
    );
    const [version] = await ctx.db.select().from(datasetVersions).where(mine).for("update");
    if (!version) throw new DomainError("NOT_FOUND", `there is no dataset version ${versionId}`);
    if (version.status !== "needs_review") {
      throw new DomainError("CONFLICT", `version ${version.version} is ${version.status}: there is nothing to decide`);
    }
    const [decided] = await ctx.db
      .update(datasetVersions)
      .set(columnsOf(version, decision))
      .where(and(mine, eq(datasetVersions.status, "needs_review")))
      .returning({ status: datasetVersions.status });
    if (!decided) throw new DomainError("CONFLICT", "somebody else has just decided");
    ctx.changed({ action: "datasets.decide", id: versionId, detail: { ...decision, status: decided.status } });
    if (decision.do === "map") ctx.enqueue("datasets.import", { projectId: ctx.projectId, versionId });
    return { versionId, datasetId: version.datasetId, status: decided.status };
  });
}

function columnsOf(version: Version, decision: DecideDataset["decision"]) {
  if (decision.do === "map") {
    const again = { ...vacant, bytesRead: 0, rowsRead: 0, forgivenAttempts: version.leaseAttempt };
    return { status: "importing" as const, mapping: decision.mapping, review: null, ...again };
  }
  if (decision.do === "refuse") {
    const refusal = refusalOf(version);
    return { status: "refused" as const, refusal, review: null, trainBlob: null, validationBlob: null };
  }
  if (version.review?.kind !== "bad_rows") {
    throw new DomainError("CONFLICT", "the columns of this file are not known yet: map them, or refuse the file");
  }
  return { status: "ready" as const, onBadRows: "set_aside" as const, review: null, readyAt: sql`now()` };
}

function refusalOf({ review, badRows, rowsRead }: Version) {
  if (review?.kind === "bad_rows") return badRowsRefusal(badRows ?? 0, rowsRead);
  const message = review?.why ?? "the columns match no known layout, and nobody mapped them";
  return { code: "not_mapped", message, remedy: "Upload the file again and map its columns." };
}
