import { type SQL, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { members, users } from "#db/schema/people.ts";
import { choicesOf, valueRows } from "#server/choices.ts";
import type { Ctx } from "#server/context.ts";
import type { RequestChoices } from "#server/requests/input.ts";
import { rollups } from "#server/requests/rollups/read.ts";
import { actorLabelOf } from "#server/signals/actor-label.ts";

const monthMinutes = 30 * 24 * 60;
const columns = { model: sql`model`, actor: sql`actor`, revision: sql`revision_id` };

/**
 * What the last 30 days' calls offer to filter by: the names asked for, the callers or the revisions → `{items: [{value,
 * label}], total}`, the most used first. Reads rollups, whatever the number of calls; names are looked up for each value.
 */
export async function requestChoices(ctx: Pick<Ctx, "db" | "projectId">, input: RequestChoices) {
  const column = columns[input.of];
  const used = sql`(select value, sum(calls) as weight from (
    select ${column} as value, calls from ${rollups(ctx.projectId, monthMinutes)} r where ${column} <> ''
    union all select value, null from ${valueRows(input.chosen)} chosen(value)) known group by 1) used`; // nor null
  return choicesOf(ctx.db, named[input.of](ctx.projectId, used), input);
}

/** A name is given to what called or belongs to the project: an id alone, sent as chosen, tells no stranger's name. */
const named: Record<RequestChoices["of"], (projectId: string, used: SQL) => SQL> = {
  model: (_, used) => sql`select value, value as label, weight from ${used}`,
  actor: (projectId, used) => {
    const name = sql`coalesce(${users.name}, ${apiKeys.name})`;
    return sql`select value, ${actorLabelOf(sql`value`, name)} as label, weight from ${used}
      left join ${users} on value = 'user:' || ${users.id} and (weight is not null
        or exists (select from ${members} where ${members.projectId} = ${projectId} and ${members.userId} = ${users.id}))
      left join ${apiKeys} on value = 'key:' || ${apiKeys.id} and ${apiKeys.projectId} = ${projectId}`;
  },
  revision: (projectId, used) => sql`
    select value, ${deployments.name} || ' v' || ${revisions.number} as label, weight from ${used}
      join ${revisions} on ${revisions.id} = value and ${revisions.projectId} = ${projectId}
      join ${deployments} on ${deployments.id} = ${revisions.deploymentId}`,
};
