import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { auditLog } from "#db/schema/audit.ts";
import { passwordAttempts, sessions, users } from "#db/schema/people.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { adoptTransaction, type UnscopedCtx } from "#server/context.ts";
import { createUser } from "#server/people/create-user.ts";
import { resetPassword, setPassword } from "#server/people/password-reset.ts";
import { findSession, signOutEverywhere } from "#server/people/sessions.ts";
import { signIn } from "#server/people/sign-in.ts";

const password = "a long enough password";
const ada = { email: "ada@example.test", password, userAgent: "a browser", network: "192.0.2.1" };
const wrong = { ...ada, password: "not the password" };

async function withAda(tx: Tx) {
  adoptTransaction(tx);
  const ctx: UnscopedCtx = { db: tx, actor: "system:sign-in", enqueue: () => {} };
  const user = await createUser(ctx, { name: "Ada", email: ada.email, password, isOwner: true });
  return { ctx, userId: user.userId };
}

test("the right pair opens a session that is found until it is ended", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await withAda(tx);
    const { sessionId } = await signIn(ctx, ada);
    expect(await findSession(ctx, sessionId)).toEqual({ sessionId, userId, isOwner: true });
    await signOutEverywhere({ ...ctx, actor: `user:${userId}` });
    expect(await findSession(ctx, sessionId)).toBeNull();
    const audit = await tx.select({ action: auditLog.action, actor: auditLog.actor }).from(auditLog);
    expect(audit).toContainEqual({ action: "people.signIn", actor: `user:${userId}` });
    expect(audit).toContainEqual({ action: "people.signOutEverywhere", actor: `user:${userId}` });
  }));

test("an expired session and a disabled person are not found", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await withAda(tx);
    const { sessionId } = await signIn(ctx, ada);
    await tx.update(sessions).set({ expiresAt: sql`now()` });
    expect(await findSession(ctx, sessionId)).toBeNull();
    await tx.update(sessions).set({ expiresAt: sql`now() + interval '1 day'` });
    await tx.update(users).set({ disabledAt: sql`now()` }).where(eq(users.id, userId));
    expect(await findSession(ctx, sessionId)).toBeNull();
    await expect(signIn(ctx, ada)).rejects.toThrow("account is disabled");
  }));

test("a known and an unknown e-mail are refused with the same words, rows and lock-out", () =>
  inTx(async (tx) => {
    const { ctx } = await withAda(tx);
    const seen: Record<string, { messages: string[]; rows: unknown[] }> = {};
    for (const email of [ada.email, "nobody@example.test"]) {
      await tx.delete(auditLog);
      const messages: string[] = [];
      for (let attempt = 0; attempt < 7; attempt++)
        await signIn(ctx, { ...wrong, email }).catch((error: Error) => messages.push(error.message));
      const rows = await tx.select({ action: auditLog.action, outcome: auditLog.outcome }).from(auditLog);
      seen[email] = { messages, rows };
    }
    expect(seen[ada.email]).toEqual(seen["nobody@example.test"]);
    expect(seen[ada.email]?.messages.slice(0, 4).every((message) => message.includes("do not match"))).toBe(true);
    expect(seen[ada.email]?.messages.slice(4).every((message) => message.includes("Try again in 15 minutes"))).toBe(
      true,
    );
    expect(seen[ada.email]?.rows).toHaveLength(6);
  }));

test("while locked even the right password is refused; when the time is over it works and forgets the failures", () =>
  inTx(async (tx) => {
    const { ctx } = await withAda(tx);
    for (let attempt = 0; attempt < 5; attempt++) await expect(signIn(ctx, wrong)).rejects.toThrow();
    await expect(signIn(ctx, ada)).rejects.toMatchObject({ code: "LIMITED", reason: "locked_out" });
    await tx.update(passwordAttempts).set({ lockedUntil: sql`now()`, lastAt: sql`now() - interval '15 minutes'` });
    await signIn(ctx, ada);
    expect(await tx.select().from(passwordAttempts)).toEqual([]);
  }));

test("a stranger elsewhere locks nobody out, and a new password begins at nought in every network", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await withAda(tx);
    for (let attempt = 0; attempt < 6; attempt++)
      await expect(signIn(ctx, { ...wrong, network: "203.0.113.9" })).rejects.toThrow();
    await expect(signIn(ctx, { ...ada, network: "203.0.113.9" })).rejects.toMatchObject({ code: "LIMITED" });
    await signIn(ctx, ada);
    const { token } = await resetPassword({ ...ctx, actor: "system:local-admin" }, { userId });
    await setPassword(ctx, { token, password: "the next password of Ada" });
    await signIn(ctx, { ...ada, password: "the next password of Ada", network: "203.0.113.9" });
  }));

test("a hundred guesses sent at once are checked five times at most", () =>
  inDatabase(async ({ db }) => {
    const ctx: UnscopedCtx = { db, actor: "system:sign-in", enqueue: () => {} };
    await createUser(ctx, { name: "Ada", email: ada.email, password, isOwner: true });
    const guesses = await Promise.allSettled(Array.from({ length: 40 }, () => signIn(ctx, wrong)));
    const checked = guesses.filter(
      (guess) => guess.status === "rejected" && String(guess.reason).includes("do not match"),
    );
    expect(checked).toHaveLength(4);
    const failures = await db.$count(auditLog, eq(auditLog.action, "people.signIn"));
    expect(failures).toBe(5);
  }));
