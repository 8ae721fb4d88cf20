import { and, count, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { auditLog } from "#db/schema/audit.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { users } from "#db/schema/people.ts";
import { auditPeriodHours, type ListAudit } from "#server/audit/input.ts";
import { namesOfTargets } from "#server/audit/target-names.ts";
import type { Ctx } from "#server/context.ts";
import { keyset, pageOf } from "#server/page.ts";

const actorName = sql<string | null>`coalesce(${users.name}, ${apiKeys.name})`;

const sortKeys = {
  at: { value: auditLog.createdAt, as: "timestamptz", always: true },
  actor: { value: sql`coalesce(${actorName}, ${auditLog.actor})`, as: "name", always: true },
  outcome: { value: auditLog.outcome, as: "text", always: true },
} as const;

/**
 * Who did what to which thing, in any order → `{items, nextCursor, total}`; `names` says what the ids in `detail` are called.
 * With `projectId: null` what happened outside any project: sign-ins, accounts, lock-outs. The newest come by the index;
 * another order sorts what the filter lets through, and `total` counts it.
 */
export async function listAudit(ctx: Pick<Ctx, "db"> & { projectId: string | null }, input: ListAudit) {
  const hours = input.period ? auditPeriodHours[input.period] : null;
  const matches = and(
    ctx.projectId === null ? isNull(auditLog.projectId) : eq(auditLog.projectId, ctx.projectId),
    input.actors.length > 0 ? inArray(auditLog.actor, input.actors) : undefined,
    input.areas.length > 0
      ? or(...input.areas.map((area) => sql`starts_with(${auditLog.action}, ${`${area}.`})`))
      : undefined,
    input.outcomes.length > 0 ? inArray(auditLog.outcome, input.outcomes) : undefined,
    input.targetId ? eq(auditLog.targetId, input.targetId) : undefined,
    hours === null ? undefined : sql`${auditLog.createdAt} > now() - make_interval(hours => ${hours}::int)`,
  );
  const { place, after, orderBy } = keyset(sortKeys, auditLog.id, input.sort, input.cursor);
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select({
        id: auditLog.id,
        actor: auditLog.actor,
        actorName,
        action: auditLog.action,
        targetId: auditLog.targetId,
        outcome: auditLog.outcome,
        detail: auditLog.detail,
        createdAt: auditLog.createdAt,
        place,
      })
      .from(auditLog)
      .leftJoin(users, eq(auditLog.actor, sql`'user:' || ${users.id}`))
      .leftJoin(apiKeys, eq(auditLog.actor, sql`'key:' || ${apiKeys.id}`))
      .where(and(matches, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1),
    ctx.db.select({ total: count() }).from(auditLog).where(matches),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.id);
  const names = await namesOfTargets(
    ctx,
    page.flatMap((row) => [...(row.targetId ? [row.targetId] : []), ...idsIn(row.detail)]),
  );
  const items = page.map((row) => ({
    ...row,
    targetName: row.targetId ? (names.get(row.targetId) ?? nameIn(row.detail)) : null,
    names: Object.fromEntries(idsIn(row.detail).flatMap((id) => (names.has(id) ? [[id, names.get(id) ?? ""]] : []))),
  }));
  return { items, nextCursor, total: counted?.total ?? 0 };
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
