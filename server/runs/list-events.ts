import { and, asc, desc, eq, gt, sql } from "drizzle-orm";
import { runEvents, type runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { findRun } from "#server/runs/find-run.ts";
import { ListRunEvents } from "#server/runs/input.ts";

/** How many of its steps a run tells in a story. */
const toldSteps = 20;

/**
 * A run's events after `after`, in order → `{items: [{seq, type, at, body}], nextAfter, isCut}`; nextAfter is null when
 * nothing comes after these, and isCut true when `latest` left older ones out. With `steps: "few"` about twenty of its
 * steps and everything else. Throws NOT_FOUND.
 */
export async function listRunEvents(ctx: Ctx, request: ListRunEvents) {
  const input = ListRunEvents.parse(request);
  const run = await findRun(ctx, input.runId);
  const rows = await ctx.db
    .select({ seq: runEvents.seq, type: runEvents.type, at: runEvents.at, body: runEvents.body })
    .from(runEvents)
    .where(
      and(
        ...[eq(runEvents.runId, run.id), eq(runEvents.projectId, ctx.projectId), gt(runEvents.seq, input.after)],
        input.steps === "few" ? isTold(run) : undefined,
      ),
    )
    .orderBy(input.latest ? desc(runEvents.seq) : asc(runEvents.seq))
    .limit(input.limit + 1);
  const items = rows.slice(0, input.limit);
  const isMore = rows.length > input.limit;
  if (input.latest) return { items: items.reverse(), nextAfter: null, isCut: isMore };
  return { items, nextAfter: isMore ? (items.at(-1)?.seq ?? null) : null, isCut: false };
}

/** By its number alone, so that a step is told or not whenever one asks. */
function isTold({ totalSteps }: Pick<typeof runs.$inferSelect, "totalSteps">) {
  const every = Math.max(1, Math.ceil((totalSteps ?? 0) / toldSteps));
  const step = sql`(${runEvents.body}->>'step')::int`;
  return sql`(${runEvents.type} <> 'metric' or ${step} % ${every} = 0 or ${step} in (1, ${totalSteps ?? 0}))`;
}
