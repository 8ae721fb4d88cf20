import { and, desc, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { auditLog } from "#db/schema/audit.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { users } from "#db/schema/people.ts";
import { auditPeriodHours, type ListAudit } from "#server/audit/input.ts";
import { namesOfTargets } from "#server/audit/target-names.ts";
import type { Ctx } from "#server/context.ts";

/**
 * Who did what to which thing, newest first → `{items, nextCursor}`; `names` says what the ids in `detail` are called. With `projectId: null` what happened outside any
 * project: sign-ins, accounts, lock-outs.
 */
export async function listAudit(ctx: Pick<Ctx, "db"> & { projectId: string | null }, input: ListAudit) {
  const hours = input.period ? auditPeriodHours[input.period] : null;
  const rows = await ctx.db
    .select({
      id: auditLog.id,
      actor: auditLog.actor,
      actorName: sql<string | null>`coalesce(${users.name}, ${apiKeys.name})`,
      action: auditLog.action,
      targetId: auditLog.targetId,
      outcome: auditLog.outcome,
      detail: auditLog.detail,
      createdAt: auditLog.createdAt,
    })
    .from(auditLog)
    .leftJoin(users, eq(auditLog.actor, sql`'user:' || ${users.id}`))
    .leftJoin(apiKeys, eq(auditLog.actor, sql`'key:' || ${apiKeys.id}`))
    .where(
      and(
        ctx.projectId === null ? isNull(auditLog.projectId) : eq(auditLog.projectId, ctx.projectId),
        input.actors.length > 0 ? inArray(auditLog.actor, input.actors) : undefined,
        input.areas.length > 0
          ? or(...input.areas.map((area) => sql`starts_with(${auditLog.action}, ${`${area}.`})`))
          : undefined,
        input.outcomes.length > 0 ? inArray(auditLog.outcome, input.outcomes) : undefined,
        input.targetId ? eq(auditLog.targetId, input.targetId) : undefined,
        hours === null ? undefined : sql`${auditLog.createdAt} > now() - make_interval(hours => ${hours}::int)`,
        input.cursor ? olderThan(input.cursor) : undefined,
      ),
    )
    .orderBy(desc(auditLog.createdAt), desc(auditLog.id))
    .limit(input.limit + 1);
  const page = rows.slice(0, input.limit);
  const names = await namesOfTargets(
    ctx,
    page.flatMap((row) => [...(row.targetId ? [row.targetId] : []), ...idsIn(row.detail)]),
  );
  const items = page.map((row) => ({
    ...row,
    targetName: row.targetId ? (names.get(row.targetId) ?? nameIn(row.detail)) : null,
    names: Object.fromEntries(idsIn(row.detail).flatMap((id) => (names.has(id) ? [[id, names.get(id) ?? ""]] : []))),
  }));
  return { items, nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null };
}

/** What a thing was called when the row was written: a deleted one has no other name left. */
function nameIn({ name }: Record<string, unknown>): string | null {
  return typeof name === "string" && name !== "" ? name : null;
}

/** Every id of ours in a detail, however deep. */
function idsIn(detail: unknown): string[] {
  if (typeof detail === "string") return /^[a-z]+_[0-9a-z]{26}$/.test(detail) ? [detail] : [];
  return typeof detail === "object" && detail !== null ? Object.values(detail).flatMap(idsIn) : [];
}

/** By the database's time, to the microsecond that a JavaScript date would lose. */
function olderThan(id: string) {
  return sql`(${auditLog.createdAt}, ${auditLog.id}) < (select a.created_at, a.id from ${auditLog} a where a.id = ${id})`;
}
