import { and, eq } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { feedback } from "#db/schema/gateway.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { FeedbackBody } from "#server/gateway/input.ts";

/**
 * Store what a person or a program thought of an answer. The request may still be on its way from the gateway's
 * spool, so its id is not looked up; feedback on another project's request simply joins nothing.
 */
export async function addFeedback(ctx: Ctx, input: FeedbackBody) {
  return transact(ctx, async (ctx) => {
    const [row] = await ctx.db
      .insert(feedback)
      .values({
        id: newId("feedback"),
        projectId: ctx.projectId,
        actor: ctx.actor,
        requestId: input.request_id,
        accepted: input.accepted,
        score: input.score,
        comment: input.comment,
        correction: input.correction,
      })
      .returning({ id: feedback.id, requestId: feedback.requestId });
    if (!row) throw new DomainError("UNAVAILABLE", "the feedback was not stored");
    ctx.changed({ action: "feedback.add", id: row.id, detail: { requestId: row.requestId } });
    return row;
  });
}

/** Throws NOT_FOUND. */
export async function findFeedback(ctx: Pick<Ctx, "db" | "projectId">, id: string) {
  const [row] = await ctx.db
    .select({ id: feedback.id, requestId: feedback.requestId })
    .from(feedback)
    .where(and(eq(feedback.projectId, ctx.projectId), eq(feedback.id, id)));
  if (!row) throw new DomainError("NOT_FOUND", `there is no feedback ${id}`);
  return row;
}
