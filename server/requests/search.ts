import { and, desc, eq, sql } from "drizzle-orm";
import { requests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";
import { isRequestId } from "#server/requests/input.ts";
import { findById } from "#server/requests/where.ts";

/** The table of requests is too long to look through whole by the end of an id. */
const newest = 10_000;
const shortIdLength = 6;

/** A request by its whole id, or one of the project's newest 10,000 by its short id; its name is the model asked for. */
export async function searchRequests(ctx: Pick<Ctx, "db" | "projectId">, id: string) {
  const asked = { id: requests.id, name: requests.model };
  if (isRequestId.test(id)) {
    const own = eq(requests.projectId, ctx.projectId);
    const found = await findById(id, (isIt) => ctx.db.select(asked).from(requests).where(and(own, isIt)).limit(1));
    return found ? [found] : [];
  }
  if (id.length !== shortIdLength) return [];
  const latest = ctx.db
    .select(asked)
    .from(requests)
    .where(eq(requests.projectId, ctx.projectId))
    .orderBy(desc(requests.receivedAt))
    .limit(newest)
    .as("latest");
  return ctx.db.select().from(latest).where(sql`right(${latest.id}, ${shortIdLength}) = ${id}`).limit(1);
}
