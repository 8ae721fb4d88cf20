import { and, desc, eq, gt, isNotNull, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { requests } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { named } from "#server/gateway/requests/columns.ts";

const eachAtMost = 50;

/** What the last 30 days offer to filter by: names asked for, callers, revisions; the most used first, 50 of each. */
export async function requestChoices(ctx: Ctx) {
  const recent = and(eq(requests.projectId, ctx.projectId), gt(requests.receivedAt, sql`now() - interval '30 days'`));
  const most = desc(sql`count(*)`);
  const [models, actors, revisionRows] = await Promise.all([
    ctx.db
      .select({ model: requests.model })
      .from(requests)
      .where(and(recent, sql`${requests.model} <> ''`))
      .groupBy(requests.model)
      .orderBy(most)
      .limit(eachAtMost),
    ctx.db
      .select({ actor: requests.actor, name: sql<string | null>`max(coalesce(${users.name}, ${apiKeys.name}))` })
      .from(requests)
      .leftJoin(users, named.user)
      .leftJoin(apiKeys, named.key)
      .where(recent)
      .groupBy(requests.actor)
      .orderBy(most)
      .limit(eachAtMost),
    ctx.db
      .select({ id: revisions.id, number: revisions.number, deployment: deployments.name })
      .from(requests)
      .innerJoin(revisions, named.revision)
      .innerJoin(deployments, named.deployment)
      .where(and(recent, isNotNull(requests.revisionId)))
      .groupBy(revisions.id, revisions.number, deployments.name)
      .orderBy(most)
      .limit(eachAtMost),
  ]);
  return { models: models.map((row) => row.model), actors, revisions: revisionRows };
}
