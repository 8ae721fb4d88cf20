import { and, eq, inArray, or, type SQL, sql } from "drizzle-orm";
import { requests } from "#db/schema/gateway.ts";
import type { Ctx } from "#server/context.ts";
import { type RequestFilter, type RequestOutcome, requestPeriodMinutes } from "#server/gateway/requests/input.ts";
import { callerLeft } from "#server/gateway/requests/outcome.rule.ts";

const outcomes: Record<RequestOutcome, SQL> = {
  answered: sql`${requests.status} < 400`,
  refused: sql`(${requests.status} between 400 and 499 and ${requests.status} <> ${callerLeft})`,
  failed: sql`${requests.status} >= 500`,
  left: sql`${requests.status} = ${callerLeft}`,
};

/** The project's requests that a filter lets through; always bounded in time, on the database's clock. */
export function matching(ctx: Pick<Ctx, "projectId">, filter: RequestFilter): SQL | undefined {
  const { models, outcomes: wanted, actors, revisionIds, kind, search } = filter;
  const minutes = requestPeriodMinutes[filter.period];
  return and(
    eq(requests.projectId, ctx.projectId),
    sql`${requests.receivedAt} > now() - make_interval(mins => ${minutes}::int)`,
    models.length > 0 ? inArray(requests.model, models) : undefined,
    wanted.length > 0 ? or(...wanted.map((outcome) => outcomes[outcome])) : undefined,
    actors.length > 0 ? inArray(requests.actor, actors) : undefined,
    revisionIds.length > 0 ? inArray(requests.revisionId, revisionIds) : undefined,
    kind === "all" ? undefined : eq(requests.stream, kind === "stream"),
    search
      ? or(
          eq(requests.id, search),
          sql`right(${requests.id}, 6) = ${search.toLowerCase()}`,
          eq(requests.errorCode, search),
        )
      : undefined,
  );
}
