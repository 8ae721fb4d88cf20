import { sql } from "drizzle-orm";
import type { Ctx } from "#server/context.ts";

export const liveChannel = "live";

/** `run:ID` carries that run's events; `project:ID` hints which lists changed. */
export type LiveTopic = `run:${string}` | `project:${string}`;
export type LiveHint = { seq: number } | { kind: string; id: string };

/** Tell the console's open pages that something changed: ids only, heard when the transaction commits. */
export async function notifyLive(ctx: Pick<Ctx, "db">, topic: LiveTopic, hint: LiveHint): Promise<void> {
  await ctx.db.execute(sql`select pg_notify(${liveChannel}, ${JSON.stringify({ topic, ...hint })})`);
}
