import { desc, eq, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { rollups } from "#server/requests/rollups/read.ts";

const eachAtMost = 50;

/** What the last 30 days offer to filter by: names asked for, callers, revisions; the most used first, 50 of each. */
export async function requestChoices(ctx: Ctx) {
  const month = rollups(ctx.projectId, 30 * 24 * 60);
  /** Names are looked up for the few that are shown. */
  const mostUsed = (column: "model" | "actor" | "revision_id") => {
    const used = sql`(select ${sql.raw(column)} as value, sum(calls) as uses from ${month} r
      where ${sql.raw(column)} <> '' group by 1 order by 2 desc limit ${eachAtMost}) used`; // nor null
    return { from: used, value: sql<string>`used.value`, uses: sql<number>`used.uses` };
  };
  const [model, actor, revision] = [mostUsed("model"), mostUsed("actor"), mostUsed("revision_id")];
  const [models, actors, revisionRows] = await Promise.all([
    ctx.db.select({ model: model.value }).from(model.from).orderBy(desc(model.uses)),
    ctx.db
      .select({ actor: actor.value, name: sql<string | null>`coalesce(${users.name}, ${apiKeys.name})` })
      .from(actor.from)
      .leftJoin(users, eq(actor.value, sql`'user:' || ${users.id}`))
      .leftJoin(apiKeys, eq(actor.value, sql`'key:' || ${apiKeys.id}`))
      .orderBy(desc(actor.uses)),
    ctx.db
      .select({ id: revisions.id, number: revisions.number, deployment: deployments.name })
      .from(revision.from)
      .innerJoin(revisions, eq(revisions.id, revision.value))
      .innerJoin(deployments, eq(deployments.id, revisions.deploymentId))
      .orderBy(desc(revision.uses)),
  ]);
  return { models: models.map((row) => row.model), actors, revisions: revisionRows };
}
