import { and, desc, eq, sql } from "drizzle-orm";
import { idPrefixes } from "#db/ids.ts";
import { requests } from "#db/schema/gateway.ts";
import type { Ctx } from "#server/context.ts";

/** The table of requests is too long to look through whole by the end of an id. */
const newest = 10_000;
const shortIdLength = 6;

/** A request by its whole id, or one of the project's newest 10,000 by its short id; its name is the model asked for. */
export async function searchRequests(ctx: Pick<Ctx, "db" | "projectId">, id: string) {
  const asked = { id: requests.id, name: requests.model };
  if (id.startsWith(idPrefixes.request)) {
    const isIt = and(eq(requests.projectId, ctx.projectId), eq(requests.id, id));
    return ctx.db.select(asked).from(requests).where(isIt).limit(1);
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
