import { sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { sessions } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

export const sessionDays = 30;
const longestUserAgent = 256;

/** A row for every sign-in: the token only carries its id, so ending the row ends the token. */
export async function openSession(ctx: Pick<Ctx, "db">, userId: string, userAgent: string | null) {
  const [session] = await ctx.db
    .insert(sessions)
    .values({
      id: newId("session"),
      userId,
      userAgent: userAgent?.replace(/\p{Cc}/gu, "").slice(0, longestUserAgent) ?? null,
      expiresAt: sql`now() + ${sql.raw(`interval '${sessionDays} days'`)}`,
    })
    .returning();
  if (!session) throw new DomainError("UNAVAILABLE", "the session was not stored");
  return session;
}
