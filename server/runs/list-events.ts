import { and, asc, eq, gt } from "drizzle-orm";
import { runEvents } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { findRun } from "#server/runs/find-run.ts";
import { ListRunEvents } from "#server/runs/input.ts";

/** A run's events after `after`, in order → `{items: [{seq, type, at, body}], nextAfter}`; null when these are all. Throws NOT_FOUND. */
export async function listRunEvents(ctx: Ctx, request: ListRunEvents) {
  const input = ListRunEvents.parse(request);
  const run = await findRun(ctx, input.runId);
  const rows = await ctx.db
    .select({ seq: runEvents.seq, type: runEvents.type, at: runEvents.at, body: runEvents.body })
    .from(runEvents)
    .where(and(eq(runEvents.runId, run.id), eq(runEvents.projectId, ctx.projectId), gt(runEvents.seq, input.after)))
    .orderBy(asc(runEvents.seq))
    .limit(input.limit + 1);
  const items = rows.slice(0, input.limit);
  return { items, nextAfter: rows.length > input.limit ? (items.at(-1)?.seq ?? null) : null };
}
