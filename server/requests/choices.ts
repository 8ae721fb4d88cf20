import { and, desc, eq, gt, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { users } from "#db/schema/people.ts";
import { requests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";

const eachAtMost = 50;

/** What the last 30 days offer to filter by: names asked for, callers, revisions; the most used first, 50 of each. */
export async function requestChoices(ctx: Ctx) {
  const recent = and(eq(requests.projectId, ctx.projectId), gt(requests.receivedAt, sql`now() - interval '30 days'`));
  /** One pass over the month's rows; names are looked up for the few that are shown. */
  const mostUsed = (column: typeof requests.model | typeof requests.actor | typeof requests.revisionId) =>
    ctx.db
      .select({ value: sql<string>`${column}`.as("value"), uses: sql<number>`count(*)`.as("uses") })
      .from(requests)
      .where(and(recent, sql`${column} <> ''`)) // nor null
      .groupBy(column)
      .orderBy(desc(sql`count(*)`))
      .limit(eachAtMost)
      .as("used");
  const [model, actor, revision] = [mostUsed(requests.model), mostUsed(requests.actor), mostUsed(requests.revisionId)];
  const [models, actors, revisionRows] = await Promise.all([
    ctx.db.select({ model: model.value }).from(model).orderBy(desc(model.uses)),
    ctx.db
      .select({ actor: actor.value, name: sql<string | null>`coalesce(${users.name}, ${apiKeys.name})` })
      .from(actor)
      .leftJoin(users, eq(actor.value, sql`'user:' || ${users.id}`))
      .leftJoin(apiKeys, eq(actor.value, sql`'key:' || ${apiKeys.id}`))
      .orderBy(desc(actor.uses)),
    ctx.db
      .select({ id: revisions.id, number: revisions.number, deployment: deployments.name })
      .from(revision)
      .innerJoin(revisions, eq(revisions.id, revision.value))
      .innerJoin(deployments, eq(deployments.id, revisions.deploymentId))
      .orderBy(desc(revision.uses)),
  ]);
  return { models: models.map((row) => row.model), actors, revisions: revisionRows };
}
