import { and } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { users } from "#db/schema/people.ts";
import { requests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";
import { keyset, pageOf } from "#server/page.ts";
import { named, requestColumns } from "#server/requests/columns.ts";
import type { ListRequests } from "#server/requests/input.ts";
import { matching } from "#server/requests/where.ts";

const sortKeys = {
  received: { value: requests.receivedAt, as: "timestamptz", always: true },
  model: { value: requests.model, as: "text" },
  status: { value: requests.status, as: "float8", always: true },
  completion: { value: requests.completionTokens, as: "float8" },
  ttft: { value: requests.ttftMs, as: "float8" },
  total: { value: requests.totalMs, as: "float8", always: true },
  cost: { value: requests.costUsdNanos, as: "float8" },
} as const;

/**
 * Calls the gateways answered or refused, in any order → `{items, nextCursor}`; times in ms, cost in nanodollars. The
 * newest come by the index; another order sorts what the filter lets through. How many there are, `summariseRequests` says.
 */
export async function listRequests(ctx: Ctx, input: ListRequests) {
  const { place, after, orderBy } = keyset(sortKeys, requests.id, input.sort, input.cursor);
  const rows = await ctx.db
    .select({ ...requestColumns, place })
    .from(requests)
    .leftJoin(users, named.user)
    .leftJoin(apiKeys, named.key)
    .leftJoin(deployments, named.deployment)
    .leftJoin(revisions, named.revision)
    .leftJoin(modelVersions, named.version)
    .leftJoin(models, named.model)
    .where(and(matching(ctx, input), after))
    .orderBy(...orderBy)
    .limit(input.limit + 1);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.id);
  return { items: page, nextCursor };
}
