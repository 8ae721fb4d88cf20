import { and, eq, inArray, sql } from "drizzle-orm";
import { type deployments, revisions } from "#db/schema/deployments.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { requests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";
import { type Deletion, formatCount, formatSome, lines, mostNamed } from "#server/deletion.rule.ts";

/** What deleting a deployment would do: only a retired one can go. */
export async function deploymentDeletion(
  ctx: Pick<Ctx, "db" | "projectId">,
  row: typeof deployments.$inferSelect,
): Promise<Deletion> {
  const its = await ctx.db
    .select({
      id: revisions.id,
      name: sql<string>`'v' || ${revisions.number} || ' ' || ${models.name} || '/' || ${modelVersions.version}`,
    })
    .from(revisions)
    .innerJoin(modelVersions, eq(modelVersions.id, revisions.modelVersionId))
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(eq(revisions.deploymentId, row.id), eq(revisions.projectId, ctx.projectId)))
    .orderBy(revisions.number);
  const ids = its.map((revision) => revision.id);
  const logged = and(eq(requests.projectId, ctx.projectId), inArray(requests.revisionId, ids));
  const calls = ids.length > 0 ? await ctx.db.$count(requests, logged) : 0;
  const named = { count: its.length, names: its.slice(0, mostNamed).map((revision) => revision.name) };
  return {
    id: row.id,
    name: row.name,
    dear: calls > 0,
    blockers: lines(row.archivedAt === null && "it serves traffic: retire it first"),
    effects: lines(
      named.count > 0 && `${formatSome(named, "revision")} and the page with signals and timeline go; the models stay`,
      calls > 0 && `${formatCount(calls, "logged call")} in Requests will still name it`,
    ),
    bytes: 0,
  };
}
