import { and, desc, eq, sql } from "drizzle-orm";
import { auditLog } from "#db/schema/audit.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { wasDeleted } from "#server/deletion.rule.ts";
import { DomainError } from "#server/errors.ts";
import { cutText } from "#server/text/cut-text.rule.ts";

const longestRef = 64;

/**
 * The NOT_FOUND for a reference that means nothing here; for the id of something that was deleted it says when and by
 * whom, from the audit log, so that an open page and an old link tell the truth. `hint` ends the sentence for others.
 */
export async function missing(
  ctx: Pick<Ctx, "db" | "projectId">,
  noun: string,
  ref: string,
  field?: string,
  hint: () => Promise<string> = async () => "",
): Promise<DomainError> {
  const [row] = await ctx.db
    .select({
      at: auditLog.createdAt,
      name: sql<string | null>`${auditLog.detail} ->> 'name'`,
      by: sql<string | null>`coalesce(${users.name}, ${apiKeys.name})`,
    })
    .from(auditLog)
    .leftJoin(users, eq(auditLog.actor, sql`'user:' || ${users.id}`))
    .leftJoin(apiKeys, eq(auditLog.actor, sql`'key:' || ${apiKeys.id}`))
    .where(
      and(
        eq(auditLog.targetId, ref),
        eq(auditLog.projectId, ctx.projectId),
        eq(auditLog.outcome, "done"),
        sql`split_part(${auditLog.action}, '.', 2) like 'delete%'`,
      ),
    )
    .orderBy(desc(auditLog.createdAt))
    .limit(1);
  const short = cutText(ref, longestRef);
  if (!row) return new DomainError("NOT_FOUND", `there is no ${noun} ${short}${await hint()}`, { field });
  return wasDeleted(`the ${noun} ${row.name ?? short}`, row.at, row.by, field);
}
