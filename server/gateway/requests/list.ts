import { and, desc, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { requests } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { named, requestColumns } from "#server/gateway/requests/columns.ts";
import type { ListRequests } from "#server/gateway/requests/input.ts";
import { matching } from "#server/gateway/requests/where.ts";

/** Calls the gateways answered or refused, newest first → `{items, nextCursor}`; times in ms, cost in nanodollars. */
export async function listRequests(ctx: Ctx, input: ListRequests) {
  const rows = await ctx.db
    .select(requestColumns)
    .from(requests)
    .leftJoin(users, named.user)
    .leftJoin(apiKeys, named.key)
    .leftJoin(deployments, named.deployment)
    .leftJoin(revisions, named.revision)
    .leftJoin(modelVersions, named.version)
    .leftJoin(models, named.model)
    .where(and(matching(ctx, input), input.cursor ? olderThan(input.cursor) : undefined))
    .orderBy(desc(requests.receivedAt), desc(requests.id))
    .limit(input.limit + 1);
  const items = rows.slice(0, input.limit);
  return { items, nextCursor: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null };
}

function olderThan(id: string) {
  return sql`(${requests.receivedAt}, ${requests.id}) < (select r.received_at, r.id from ${requests} r where r.id = ${id})`;
}
