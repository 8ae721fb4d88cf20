import { and, eq, gt, inArray, isNull, notInArray, or, sql, sum } from "drizzle-orm";
import { finalRunStatuses } from "#db/enums.ts";
import { evals, evalTargets, suites } from "#db/schema/evals.ts";
import { prices } from "#db/schema/gateway.ts";
import { aliases, artifacts, models, modelVersions } from "#db/schema/models.ts";
import { requests } from "#db/schema/requests.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { type Deletion, formatCount, formatSome, lines, mostNamed, someOf, verb } from "#server/deletion.rule.ts";
import { awaitsRegistration } from "#server/jobs/lost.ts";
import { servedBy } from "#server/models/served-by.ts";

const total = sql<number>`count(*) over ()::int`;
const callHours = 24;

type Where = Pick<Ctx, "db" | "projectId">;
type Version = typeof modelVersions.$inferSelect;
type Model = { id: string; name: string };

export function liveVersionsOf(ctx: Pick<Ctx, "projectId">, modelId: string) {
  return and(
    eq(modelVersions.modelId, modelId),
    eq(modelVersions.projectId, ctx.projectId),
    isNull(modelVersions.deletedAt),
  );
}

/** The live versions of a model, its row and theirs held until the transaction ends: nothing new can name them. */
export async function holdVersions(ctx: Ctx, modelId: string): Promise<Version[]> {
  const mine = and(eq(models.id, modelId), eq(models.projectId, ctx.projectId), isNull(models.deletedAt));
  await ctx.db.select({ id: models.id }).from(models).where(mine).for("update");
  return ctx.db.select().from(modelVersions).where(liveVersionsOf(ctx, modelId)).for("update");
}

/** What deleting these versions, all of them or one, would do: `whole` = the model goes with them. */
export async function modelDeletion(
  ctx: Where,
  model: Model,
  versions: readonly Version[],
  whole: boolean,
): Promise<Deletion> {
  const ids = versions.map((version) => version.id);
  const names = versions.map((version) => `${model.name}/${version.version}`);
  const [only = model.name] = names;
  const isReady = versions.some((version) => version.status === "ready");
  const [effects, blockers, bytes] = await Promise.all([
    isReady ? effectsOf(ctx, model, versions, whole) : [],
    blockersOf(ctx, model, ids),
    bytesOf(ctx, versions),
  ]);
  const going = { count: names.length, names: names.slice(0, mostNamed) };
  return {
    id: whole ? model.id : (ids[0] ?? model.id),
    name: whole ? model.name : only,
    dear: isReady,
    blockers,
    effects: lines(
      whole
        ? `${formatSome(going, "version")} ${verb(going, "is", "are")} deleted with the weights`
        : isReady && `Its weights are deleted; the number ${versions[0]?.version ?? ""} is not given again`,
      versions.some((version) => version.status === "importing") && "The import ends",
      ...effects,
      whole && `The name ${model.name} is free again`,
    ),
    bytes,
  };
}

async function blockersOf(ctx: Where, model: Model, ids: string[]): Promise<string[]> {
  const [served, held, tuned, active, asking] = await Promise.all([
    servedBy(ctx, ids),
    ctx.db
      .select({ alias: aliases.alias, number: modelVersions.version })
      .from(aliases)
      .innerJoin(modelVersions, eq(modelVersions.id, aliases.modelVersionId))
      .where(and(eq(aliases.projectId, ctx.projectId), inArray(aliases.modelVersionId, ids)))
      .orderBy(aliases.alias),
    tunedFrom(ctx, ids),
    runsOn(ctx, ids, false),
    evalsOf(ctx, ids, true),
  ]);
  const serving = [...new Map(served.map((one) => [one.id, one.name])).values()];
  const deployments = { count: serving.length, names: serving.slice(0, mostNamed) };
  return lines(
    deployments.count > 0 &&
      `${formatSome(deployments, "deployment")} ${verb(deployments, "serves", "serve")} it: retire the revision or the whole deployment first`,
    ...held.map(
      ({ alias, number }) =>
        `${model.name}/${number} is the ${alias}: promote another version or take the alias away first`,
    ),
    tuned.count > 0 &&
      `${formatSome(tuned, "model version")} ${verb(tuned, "is fine-tuned from it and needs", "are fine-tuned from it and need")} it to be served: delete ${verb(tuned, "it", "them")} first`,
    active.count > 0 &&
      `${formatSome(active, "run")} ${verb(active, "trains on it: cancel it", "train on it: cancel them")} first`,
    asking.count > 0 &&
      `${formatSome(asking, "eval")} of it ${verb(asking, "is under way: cancel it", "are under way: cancel them")} first`,
  );
}

async function effectsOf(ctx: Where, model: Model, versions: readonly Version[], whole: boolean) {
  const ids = versions.map((version) => version.id);
  const tuned = versions.map((version) => version.fineTunedName).filter((name) => name !== null);
  const [first] = tuned;
  const [calls, ended, judged, priced] = await Promise.all([
    callsOf(ctx, ids),
    runsOn(ctx, ids, true),
    evalsOf(ctx, ids, false),
    ctx.db.$count(prices, eq(prices.modelId, model.id)),
  ]);
  const callable = whole ? `${model.name} and ${model.name}/N` : `${model.name}/${versions[0]?.version ?? ""}`;
  const names = !whole && first ? `${callable} and ${first}` : callable;
  const lately = calls > 0 ? `${formatCount(calls, "call")} in the last ${callHours} hours` : "no call lately";
  return lines(
    `Calls of ${names} get “model not found” (${lately})`,
    ended.count > 0 && `${formatSome(ended, "run")} on it ${verb(ended, "stays", "stay")} but cannot be resumed`,
    judged.count > 0 && `${formatSome(judged, "eval")} of it ${verb(judged, "keeps its", "keep their")} results`,
    whole && priced > 0 && "Its price goes; what calls have cost stays as it was billed",
  );
}

async function runsOn(ctx: Where, ids: string[], ended: boolean) {
  const { db, projectId } = ctx;
  const active = or(notInArray(runs.status, finalRunStatuses), awaitsRegistration(ctx));
  const on = and(eq(runs.projectId, projectId), inArray(runs.baseVersionId, ids), isNull(runs.deletedAt));
  const which = ended ? inArray(runs.status, finalRunStatuses) : active;
  return someOf(await db.select({ name: runs.name, total }).from(runs).where(and(on, which)).limit(mostNamed));
}

async function evalsOf({ db, projectId }: Where, ids: string[], active: boolean) {
  const moving = ["queued", "running"] as const;
  const asking = db
    .select({ id: evalTargets.evalId })
    .from(evalTargets)
    .where(inArray(evalTargets.modelVersionId, ids));
  const rows = await db
    .select({ name: sql<string>`${suites.name} || ' ' || right(${evals.id}, 6)`, total })
    .from(evals)
    .innerJoin(suites, eq(suites.id, evals.suiteId))
    .where(
      and(
        eq(evals.projectId, projectId),
        inArray(evals.id, asking),
        active ? inArray(evals.status, [...moving]) : notInArray(evals.status, [...moving]),
      ),
    )
    .limit(mostNamed);
  return someOf(rows);
}

async function tunedFrom({ db, projectId }: Where, ids: string[]) {
  const rows = await db
    .select({ name: sql<string>`${models.name} || '/' || ${modelVersions.version}`, total })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(
      and(
        eq(modelVersions.projectId, projectId),
        inArray(modelVersions.baseVersionId, ids),
        isNull(modelVersions.deletedAt),
      ),
    )
    .limit(mostNamed);
  return someOf(rows);
}

/** By the index on project and time: a day of calls is read, however many there are before it. */
async function callsOf({ db, projectId }: Where, ids: string[]) {
  return db.$count(
    requests,
    and(
      eq(requests.projectId, projectId),
      gt(requests.receivedAt, sql`now() - make_interval(hours => ${callHours}::int)`),
      inArray(requests.modelVersionId, ids),
    ),
  );
}

async function bytesOf({ db, projectId }: Where, versions: readonly Version[]): Promise<number> {
  const ids = artifactsOf(versions);
  if (ids.length === 0) return 0;
  const [row] = await db
    .select({ bytes: sum(artifacts.bytes).mapWith(Number) })
    .from(artifacts)
    .where(and(eq(artifacts.projectId, projectId), inArray(artifacts.id, ids)));
  return row?.bytes ?? 0;
}

export function artifactsOf(versions: readonly Version[]): string[] {
  return versions.flatMap((version) => [version.weightsArtifactId, version.ggufArtifactId]).filter((id) => id !== null);
}
