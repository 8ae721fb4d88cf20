import { and, eq, inArray, or, type SQL, sql } from "drizzle-orm";
import type { RequestOutcome } from "#db/enums.ts";
import { idTime } from "#db/ids.ts";
import { requests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";
import { type RequestFilter, requestPeriodMinutes } from "#server/requests/input.ts";
import { callerLeft } from "#server/requests/outcome.rule.ts";

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

/** The same of a series, as rollups ask it; what a search means, no series tells. */
export function matchingSeries({ models, outcomes: wanted, actors, revisionIds, kind }: RequestFilter): SQL {
  const among = (column: string, values: readonly string[]) =>
    values.length > 0 ? inArray(sql.raw(`s.${column}`), [...values]) : undefined;
  const all = and(
    among("model", models),
    among("outcome", wanted),
    among("actor", actors),
    among("revision_id", revisionIds),
    kind === "all" ? undefined : sql`s.stream = ${kind === "stream"}`,
  );
  return all ?? sql`true`;
}

/** Ids are minted on the database's clock, those of older releases on their host's. */
const idSkews = ["10 minutes", "25 hours"];

/**
 * Look for a call by its whole id: the id holds its time, so one or two weeks' indexes are asked for a short stretch,
 * then for a longer one, and never the whole log.
 */
export async function findById<T>(id: string, find: (isIt: SQL) => Promise<T[]>): Promise<T | undefined> {
  const at = idTime(id).toISOString();
  for (const skew of idSkews) {
    const near = sql`between ${at}::timestamptz - ${skew}::interval and ${at}::timestamptz + ${skew}::interval`;
    const [found] = await find(sql`(${requests.id} = ${id} and ${requests.receivedAt} ${near})`);
    if (found) return found;
  }
}
