import { eq, isNull, sql } from "drizzle-orm";
import { auditLog } from "#db/schema/audit.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { users } from "#db/schema/people.ts";
import { choicesOf } from "#server/choices.ts";
import type { Ctx } from "#server/context.ts";
import type { PickMany } from "#server/input.ts";
import { actorLabelOf } from "#server/signals/actor-label.ts";

/**
 * Those who stand in the log, the last to act first → `{items: [{value, label}], total}`. Chosen ones who do not stand in it
 * are not named. One pass over the log's index.
 */
export async function listActors(ctx: Pick<Ctx, "db"> & { projectId: string | null }, input: PickMany) {
  const { actor, createdAt, projectId } = auditLog;
  const seen = sql`(select ${actor} as value, extract(epoch from max(${createdAt})) as weight from ${auditLog}
    where ${ctx.projectId === null ? isNull(projectId) : eq(projectId, ctx.projectId)} group by 1) seen`;
  const name = sql`coalesce(${users.name}, ${apiKeys.name})`;
  const named = sql`select value, ${actorLabelOf(sql`value`, name)} as label, weight from ${seen}
    left join ${users} on value = 'user:' || ${users.id}
    left join ${apiKeys} on value = 'key:' || ${apiKeys.id}`;
  return choicesOf(ctx.db, named, input);
}
