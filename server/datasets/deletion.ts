import { and, eq, inArray, isNull, notInArray, or, sql, sum } from "drizzle-orm";
import { finalRunStatuses } from "#db/enums.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { evals, suites } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import { blobs, files } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { type Deletion, formatSome, lines, mostNamed, someOf, verb } from "#server/deletion.rule.ts";

const total = sql<number>`count(*) over ()::int`;

type Version = typeof datasetVersions.$inferSelect;

/** The live versions of a dataset, its row and theirs held until the transaction ends: nothing new can name them. */
export async function holdVersions(ctx: Ctx, datasetId: string) {
  const mine = and(eq(datasets.id, datasetId), eq(datasets.projectId, ctx.projectId), isNull(datasets.deletedAt));
  await ctx.db.select({ id: datasets.id }).from(datasets).where(mine).for("update");
  return ctx.db.select().from(datasetVersions).where(liveVersionsOf(ctx, datasetId)).for("update");
}

export function liveVersionsOf(ctx: Pick<Ctx, "projectId">, datasetId: string) {
  return and(
    eq(datasetVersions.datasetId, datasetId),
    eq(datasetVersions.projectId, ctx.projectId),
    isNull(datasetVersions.deletedAt),
  );
}

/** What deleting these versions, all of them or one, would do: `whole` = the dataset goes with them. */
export async function datasetDeletion(
  ctx: Pick<Ctx, "db" | "projectId">,
  dataset: { id: string; name: string },
  versions: readonly Version[],
  whole: boolean,
): Promise<Deletion> {
  const ids = versions.map((version) => version.id);
  const names = versions.map((version) => `${dataset.name}/${version.version}`);
  const [only = dataset.name] = names;
  const of = whole ? dataset.name : only;
  const [active, ended, asked, asking, made, copies, bytes] = await Promise.all([
    runsOn(ctx, ids, false),
    runsOn(ctx, ids, true),
    suitesOn(ctx, ids),
    evalsOn(ctx, ids),
    modelsFrom(ctx, ids),
    filesOf(ctx, ids),
    bytesOf(ctx, versions),
  ]);
  const past = verb(ended, "its page says", "their pages say");
  return {
    id: whole ? dataset.id : (ids[0] ?? dataset.id),
    name: of,
    dear: versions.some((version) => version.readyAt !== null),
    blockers: lines(
      active.count > 0 &&
        `${formatSome(active, "run")} ${verb(active, "trains on it: cancel it", "train on it: cancel them")} first`,
      asked.count > 0 &&
        `${formatSome(asked, "suite")} ${verb(asked, "is made from it: delete the suite", "are made from it: delete the suites")} first`,
      asking.count > 0 &&
        `${formatSome(asking, "eval")} on it ${verb(asking, "is under way: cancel it", "are under way: cancel them")} first`,
    ),
    effects: lines(
      whole
        ? `${formatSome({ count: names.length, names: names.slice(0, mostNamed) }, "version")} ${names.length === 1 ? "is" : "are"} deleted with the rows and the files`
        : `Its rows and files are deleted; the number ${versions[0]?.version ?? ""} is not given again`,
      ended.count > 0 &&
        `${formatSome(ended, "run")} ${verb(ended, "keeps its", "keep their")} results but cannot be resumed; ${past} what the data was and that it was deleted`,
      made.count > 0 && `${formatSome(made, "model version")} ${verb(made, "keeps", "keep")} working`,
      copies.count > 0 &&
        `${formatSome(copies, "file")} of the API ${verb(copies, "keeps its own copy until it is", "keep their own copies until they are")} deleted`,
      whole && `The name ${dataset.name} is free again`,
    ),
    bytes,
  };
}

async function runsOn({ db, projectId }: Pick<Ctx, "db" | "projectId">, ids: string[], ended: boolean) {
  const status = ended ? inArray(runs.status, finalRunStatuses) : notInArray(runs.status, finalRunStatuses);
  const on = and(
    eq(runs.projectId, projectId),
    or(inArray(runs.datasetVersionId, ids), inArray(runs.validationVersionId, ids)),
    isNull(runs.deletedAt),
    status,
  );
  return someOf(await db.select({ name: runs.name, total }).from(runs).where(on).limit(mostNamed));
}

async function suitesOn({ db, projectId }: Pick<Ctx, "db" | "projectId">, ids: string[]) {
  const live = and(eq(suites.projectId, projectId), inArray(suites.datasetVersionId, ids), isNull(suites.archivedAt));
  return someOf(await db.select({ name: suites.name, total }).from(suites).where(live).limit(mostNamed));
}

/** Of a suite that was archived while it ran. */
async function evalsOn({ db, projectId }: Pick<Ctx, "db" | "projectId">, ids: string[]) {
  const rows = await db
    .select({ name: sql<string>`right(${evals.id}, 6)`, total })
    .from(evals)
    .innerJoin(suites, eq(suites.id, evals.suiteId))
    .where(
      and(
        eq(evals.projectId, projectId),
        inArray(suites.datasetVersionId, ids),
        inArray(evals.status, ["queued", "running"]),
      ),
    )
    .limit(mostNamed);
  return someOf(rows);
}

async function modelsFrom({ db, projectId }: Pick<Ctx, "db" | "projectId">, ids: string[]) {
  const rows = await db
    .select({ name: sql<string>`${models.name} || '/' || ${modelVersions.version}`, total })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(
      and(
        eq(modelVersions.projectId, projectId),
        inArray(modelVersions.datasetVersionId, ids),
        isNull(modelVersions.deletedAt),
      ),
    )
    .limit(mostNamed);
  return someOf(rows);
}

async function filesOf({ db, projectId }: Pick<Ctx, "db" | "projectId">, ids: string[]) {
  const kept = and(eq(files.projectId, projectId), inArray(files.datasetVersionId, ids), isNull(files.deletedAt));
  return someOf(await db.select({ name: files.filename, total }).from(files).where(kept).limit(mostNamed));
}

async function bytesOf({ db }: Pick<Ctx, "db">, versions: readonly Version[]): Promise<number> {
  const shas = versions.flatMap((one) => [one.sourceBlob, one.trainBlob, one.validationBlob, one.setAsideBlob]);
  const held = [...new Set(shas.filter((sha) => sha !== null))];
  if (held.length === 0) return 0;
  const [row] = await db
    .select({ bytes: sum(blobs.bytes).mapWith(Number) })
    .from(blobs)
    .where(inArray(blobs.sha256, held));
  return row?.bytes ?? 0;
}
