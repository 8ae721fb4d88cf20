import { createHash } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { idempotencyKeys } from "#db/schema/gateway.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

const longestKey = 255;
const keptHours = 24;

/** A POST that may come again: its `Idempotency-Key`, if any, and what it asks. */
export type Attempt = { key: string | null; endpoint: string; bodySha256: string };

/** Throws INVALID for a key that is empty or longer than 255 characters. */
export function attemptOf(
  request: { path: string; header: (name: string) => string | undefined },
  body: object,
): Attempt {
  const key = request.header("idempotency-key") ?? null;
  if (key !== null && (key === "" || key.length > longestKey))
    throw new DomainError("INVALID", `Idempotency-Key takes 1 to ${longestKey} characters`, {
      field: "Idempotency-Key",
    });
  const bodySha256 = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  return { key, endpoint: request.path, bodySha256 };
}

/**
 * Make a thing once per caller and `Idempotency-Key`, within 24 h: the same call again, after an answer that got lost
 * or at the same moment, gets what the first one made. What failed is not remembered. Throws CONFLICT
 * (reason idempotency_key_reused) when the key comes back with another request.
 */
export async function once<C extends Ctx, T extends { id: string }>(
  ctx: C,
  { key, endpoint, bodySha256 }: Attempt,
  make: (ctx: C) => Promise<T>,
  find: (ctx: C, id: string) => Promise<T>,
): Promise<T> {
  if (key === null) return make(ctx);
  return transact(ctx, async (ctx) => {
    const { projectId, actor } = ctx;
    const mine = and(eq(idempotencyKeys.projectId, projectId), eq(idempotencyKeys.actor, actor));
    const old = sql`${idempotencyKeys.createdAt} < now() - make_interval(hours => ${keptHours}::int)`;
    await ctx.db.delete(idempotencyKeys).where(and(mine, old));
    // The unique index makes a second caller wait here until the first has committed.
    const [claimed] = await ctx.db
      .insert(idempotencyKeys)
      .values({ projectId, actor, key, endpoint, bodySha256, targetId: "" })
      .onConflictDoNothing()
      .returning({ key: idempotencyKeys.key });
    const its = and(mine, eq(idempotencyKeys.key, key));
    if (claimed) {
      const made = await make(ctx);
      await ctx.db.update(idempotencyKeys).set({ targetId: made.id }).where(its);
      return made;
    }
    const [first] = await ctx.db.select().from(idempotencyKeys).where(its);
    if (!first) throw new DomainError("CONFLICT", "this Idempotency-Key has just expired: send the request again");
    if (first.endpoint !== endpoint || first.bodySha256 !== bodySha256)
      throw new DomainError("CONFLICT", "this Idempotency-Key was used for another request: take a new one", {
        field: "Idempotency-Key",
        reason: "idempotency_key_reused",
      });
    return find(ctx, first.targetId);
  });
}
