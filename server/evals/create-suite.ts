import { and, eq } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { datasetVersions } from "#db/schema/datasets.ts";
import { suites } from "#db/schema/evals.ts";
import { type Ctx, transact } from "#server/context.ts";
import { holdVersion } from "#server/datasets/resolve-version.ts";
import { wasDeleted } from "#server/deletion.rule.ts";
import { DomainError } from "#server/errors.ts";
import { canPass, whatReferencesNeed } from "#server/evals/graders.rule.ts";
import { CreateSuite } from "#server/evals/input.ts";
import { formatLeftOut } from "#server/evals/left-out.rule.ts";
import { readCases } from "#server/evals/read-cases.ts";
import type { Storage } from "#server/storage.ts";

/**
 * Freeze a split of a ready dataset version as an eval suite → the suite's row, and `unpassable`: by grader, how many
 * references would not pass it themselves, and what they would have to be; its `leftOut` says which rows of the split are
 * no cases. REFUSED when the split holds no row with a question and an answer, or when
 * none of its references could pass a grader; CONFLICT when the name is taken.
 */
export async function createSuite(ctx: Ctx & { storage: Storage }, request: CreateSuite) {
  const input = CreateSuite.parse(request);
  const [version] = await ctx.db
    .select()
    .from(datasetVersions)
    .where(and(eq(datasetVersions.id, input.datasetVersionId), eq(datasetVersions.projectId, ctx.projectId)));
  if (version?.deletedAt) throw wasDeleted("this dataset version", version.deletedAt, null, "datasetVersionId");
  if (!version)
    throw new DomainError("NOT_FOUND", "there is no such dataset version here", { field: "datasetVersionId" });
  if (version.status !== "ready") {
    throw new DomainError("REFUSED", `the dataset version is ${version.status}: a suite needs a ready one`, {
      field: "datasetVersionId",
    });
  }
  const { cases, leftOut } = await readCases(ctx.storage, version, input.split, input.maxCases);
  const rows = (input.split === "train" ? version.trainRows : version.validationRows) ?? 0;
  const read = cases.length + Object.values(leftOut).reduce((sum, each) => sum + each, 0);
  if (rows > read) leftOut.beyond_max = rows - read;
  if (cases.length === 0) {
    const told = formatLeftOut(0, leftOut);
    const why = told ? ` (${told})` : "";
    const remedy = "choose the other split, or a dataset of messages or prompt and completion";
    throw new DomainError(
      "REFUSED",
      `the ${input.split} split holds no row with a question and an answer${why}: ${remedy}`,
      {
        field: "split",
      },
    );
  }
  const unpassable = input.graders
    .map((grader) => ({
      grader: grader.name,
      cases: cases.filter((one) => !canPass(grader, one.reference)).length,
      needs: whatReferencesNeed(grader),
    }))
    .filter((one) => one.cases > 0);
  const hopeless = unpassable.find((one) => one.cases === cases.length);
  if (hopeless) {
    const why = `none of the ${cases.length} references is ${hopeless.needs}, so every model would get 0 %`;
    throw new DomainError("REFUSED", `${hopeless.grader} fits no row here: ${why}`, { field: "graders" });
  }
  return transact(ctx, async (ctx) => {
    await holdVersion(ctx, version.id, "datasetVersionId");
    const [suite] = await ctx.db
      .insert(suites)
      .values({
        id: newId("suite"),
        projectId: ctx.projectId,
        ...input,
        cases: cases.length,
        leftOut,
        createdBy: ctx.actor,
      })
      .onConflictDoNothing()
      .returning();
    if (!suite)
      throw new DomainError("CONFLICT", `there is a suite ${input.name} already: choose another name`, {
        field: "name",
      });
    ctx.changed({
      action: "evals.createSuite",
      id: suite.id,
      detail: { datasetVersionId: version.id, cases: cases.length },
    });
    return { ...suite, unpassable };
  });
}
