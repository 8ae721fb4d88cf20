import { desc, eq, isNull, sql } from "drizzle-orm";
import { auditLog } from "#db/schema/audit.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";

const mostShown = 50;

/** Those who stand in the log, the last to act first, for the filter. */
export async function listActors(ctx: Pick<Ctx, "db"> & { projectId: string | null }) {
  const seen = ctx.db
    .select({ actor: auditLog.actor, lastAt: sql<Date>`max(${auditLog.createdAt})`.as("last_at") })
    .from(auditLog)
    .where(ctx.projectId === null ? isNull(auditLog.projectId) : eq(auditLog.projectId, ctx.projectId))
    .groupBy(auditLog.actor)
    .as("seen");
  return ctx.db
    .select({ actor: seen.actor, name: sql<string | null>`coalesce(${users.name}, ${apiKeys.name})` })
    .from(seen)
    .leftJoin(users, eq(seen.actor, sql`'user:' || ${users.id}`))
    .leftJoin(apiKeys, eq(seen.actor, sql`'key:' || ${apiKeys.id}`))
    .orderBy(desc(seen.lastAt))
    .limit(mostShown);
}
