import { eq, lt, sql } from "drizzle-orm";
import { passwordAttempts } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { hmacHex, secretFor } from "#server/secrets.ts";

export const failuresBeforeLock = 5;
export const lockMinutes = 15;

/**
 * What is counted together. A sign-in counts per e-mail and network, so that a stranger elsewhere locks nobody out, and
 * per password, so that a new one begins at nought in every network; a password change counts within its session.
 */
export type Tried = { email: string; network: string | null; passwordHash: string | null } | { sessionId: string };

/**
 * Count an attempt before the password is checked, so that a hundred guesses sent at once are not a hundred checks.
 * `locked`: refuse without checking. `lastChance`: this attempt locks unless it succeeds.
 */
export async function reserveAttempt(
  ctx: Pick<Ctx, "db">,
  tried: Tried,
): Promise<{ locked: boolean; lastChance: boolean }> {
  const window = sql.raw(`interval '${lockMinutes} minutes'`);
  await ctx.db.delete(passwordAttempts).where(lt(passwordAttempts.lastAt, sql`now() - interval '1 day'`));
  const old = passwordAttempts;
  const failures = sql`case when ${old.lastAt} <= now() - ${window} then 1 else ${old.failures} + 1 end`;
  const [row] = await ctx.db
    .insert(old)
    .values({ triedHmac: hmacOf(tried), failures: 1, lastAt: sql`now()` })
    .onConflictDoUpdate({
      target: old.triedHmac,
      set: {
        failures,
        lastAt: sql`now()`,
        lockedUntil: sql`case when ${failures} >= ${failuresBeforeLock} then now() + ${window} end`,
      },
      setWhere: sql`${old.lockedUntil} is null or ${old.lockedUntil} <= now()`,
    })
    .returning({ failures: old.failures });
  return { locked: !row, lastChance: (row?.failures ?? 0) >= failuresBeforeLock };
}

/** A right password forgets the wrong ones. */
export async function forgetAttempts(ctx: Pick<Ctx, "db">, tried: Tried): Promise<void> {
  await ctx.db.delete(passwordAttempts).where(eq(passwordAttempts.triedHmac, hmacOf(tried)));
}

function hmacOf(tried: Tried) {
  const parts =
    "sessionId" in tried
      ? ["session", tried.sessionId]
      : ["sign-in", tried.email.toLowerCase(), tried.network, tried.passwordHash];
  return hmacHex(secretFor("links"), JSON.stringify(parts));
}
