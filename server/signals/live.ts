import { sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";

export const liveChannel = "live";

/** What a page shows, as its router is called; `suites` belong to evals. */
export type LiveKind =
  | "projects"
  | "keys"
  | "datasets"
  | "runs"
  | "evals"
  | "suites"
  | "models"
  | "deployments"
  | "economics"
  | "requests";

/** `run:ID` carries that run's events; `project:ID` hints what has changed there. */
export type LiveTopic = `run:${string}` | `project:${string}`;
export type LiveHint = { seq: number } | { kind: LiveKind; id: string };

/**
 * Tell the console's open pages of progress (events of a run, rows that were read, a replica that loads): ids only,
 * heard when the transaction commits. A change is said with `ctx.changed`, which tells them too.
 */
export async function notifyLive(ctx: { db: Db }, topic: LiveTopic, hint: LiveHint): Promise<void> {
  await sendNotices(ctx, [noticeOf(topic, hint)]);
}

export function noticeOf(topic: LiveTopic, hint: LiveHint): string {
  return JSON.stringify({ topic, ...hint });
}

/** Several notices in one round trip. */
export async function sendNotices(ctx: { db: Db }, notices: readonly string[]): Promise<void> {
  const all = JSON.stringify(notices);
  await ctx.db.execute(
    sql`select pg_notify(${liveChannel}, notice) from jsonb_array_elements_text(${all}::jsonb) notice`,
  );
}
