import { eq, lt, sql } from "drizzle-orm";
import { signInAttempts } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { hmacHex, secretFor } from "#server/secrets.ts";

export const failuresBeforeLock = 5;
export const lockMinutes = 15;

/**
 * Count an attempt before the password is checked, so that a hundred guesses sent at once are not a hundred checks.
 * `locked`: refuse without checking. `lastChance`: this attempt locks the e-mail unless it succeeds.
 */
export async function reserveAttempt(
  ctx: Pick<Ctx, "db">,
  email: string,
): Promise<{ locked: boolean; lastChance: boolean }> {
  const window = sql.raw(`interval '${lockMinutes} minutes'`);
  await ctx.db.delete(signInAttempts).where(lt(signInAttempts.lastAt, sql`now() - interval '1 day'`));
  const old = signInAttempts;
  const failures = sql`case when ${old.lastAt} <= now() - ${window} then 1 else ${old.failures} + 1 end`;
  const [row] = await ctx.db
    .insert(old)
    .values({ emailHmac: emailHmac(email), failures: 1, lastAt: sql`now()` })
    .onConflictDoUpdate({
      target: old.emailHmac,
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
export async function forgetAttempts(ctx: Pick<Ctx, "db">, email: string): Promise<void> {
  await ctx.db.delete(signInAttempts).where(eq(signInAttempts.emailHmac, emailHmac(email)));
}

function emailHmac(email: string) {
  return hmacHex(secretFor("links"), `sign-in:${email.toLowerCase()}`);
}
