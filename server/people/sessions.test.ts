import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { sessions, users } from "#db/schema/people.ts";
import { inTx } from "#db/testing.ts";
import type { UnscopedCtx } from "#server/context.ts";
import { me, renameMe } from "#server/people/me.ts";
import { personOf } from "#server/people/person.ts";
import { cookieValue, sessionCookie } from "#server/people/session-cookie.rule.ts";
import { endSession, findSession, listSessions, openSession, signOutEverywhere } from "#server/people/sessions.ts";
import { testProject } from "#server/testing.ts";

async function signedIn(tx: Tx) {
  const { ctx, userId } = await testProject(tx);
  const open = async (userAgent: string | null = null) => (await openSession(ctx, userId, userAgent)).id;
  const set = async (id: string, values: Partial<Record<"lastSeenAt" | "expiresAt", ReturnType<typeof sql>>>) => {
    await tx.update(sessions).set(values).where(eq(sessions.id, id));
  };
  return { ctx, userId, open, set };
}

test("sessions are listed with the last used first, without those that ended or expired, and mark the one that asks", () =>
  inTx(async (tx) => {
    const { ctx, open, set } = await signedIn(tx);
    const [old, here, ended, expired] = [await open("old"), await open("here"), await open(), await open()];
    await set(old, { lastSeenAt: sql`now() - interval '1 hour'` });
    await set(expired, { expiresAt: sql`now()` });
    await endSession(ctx, { sessionId: ended });
    const listed = await listSessions(ctx, here);
    expect(listed.map((one) => [one.id, one.userAgent, one.current])).toEqual([
      [here, "here", true],
      [old, "old", false],
    ]);
    expect((await listSessions(ctx, null)).map((one) => one.current)).toEqual([false, false]);
  }));

test("a session that ended is not ended again, and nobody's list shows another person's", () =>
  inTx(async (tx) => {
    const { ctx, open } = await signedIn(tx);
    const sessionId = await open();
    const stranger = await signedIn(tx);
    expect(await listSessions(stranger.ctx, sessionId)).toEqual([]);
    await expect(endSession(stranger.ctx, { sessionId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await endSession(ctx, { sessionId });
    await expect(endSession(ctx, { sessionId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await findSession(ctx, sessionId)).toBeNull();
  }));

test("signing out everywhere counts what it ended, keeps the one that was asked to be kept, and touches no other person", () =>
  inTx(async (tx) => {
    const { ctx, open } = await signedIn(tx);
    const stranger = await signedIn(tx);
    const theirs = await stranger.open();
    const [kept] = [await open(), await open(), await open()];
    expect(await signOutEverywhere(ctx, kept)).toEqual({ ended: 2 });
    expect(await findSession(ctx, kept)).toMatchObject({ sessionId: kept });
    expect(await signOutEverywhere(ctx)).toEqual({ ended: 1 });
    expect(await signOutEverywhere(ctx)).toEqual({ ended: 0 });
    expect(await findSession(ctx, theirs)).toMatchObject({ userId: stranger.userId });
  }));

test("a session's last use is written at most once a minute, so that reading pages writes nothing", () =>
  inTx(async (tx) => {
    const { ctx, open, set } = await signedIn(tx);
    const id = await open();
    const seen = async () => {
      await findSession(ctx, id);
      const [row] = await tx
        .select({ age: sql<number>`extract(epoch from now() - ${sessions.lastSeenAt})::int` })
        .from(sessions)
        .where(eq(sessions.id, id));
      return row?.age;
    };
    await set(id, { lastSeenAt: sql`now() - interval '59 seconds'` });
    expect(await seen()).toBe(59);
    await set(id, { lastSeenAt: sql`now() - interval '61 seconds'` });
    expect(await seen()).toBe(0);
  }));

test("what a browser says of itself is kept without control characters, and only its beginning", () =>
  inTx(async (tx) => {
    const { ctx, open } = await signedIn(tx);
    await open(`Fire\u0000fox\n${"x".repeat(1_000)}`);
    const [{ userAgent } = { userAgent: null }] = await listSessions(ctx, null);
    expect(userAgent).toBe(`Firefox${"x".repeat(249)}`);
  }));

test("a key or this machine's shell has no account to show, rename or sign out", () =>
  inTx(async (tx) => {
    const { ctx } = await signedIn(tx);
    for (const actor of ["key:key_1", "system:local-admin"] as const) {
      const other: UnscopedCtx = { ...ctx, actor };
      for (const act of [me, (on: UnscopedCtx) => renameMe(on, { name: "x" }), signOutEverywhere])
        await expect(act(other)).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    expect(personOf("user:user_1")).toBe("user_1");
  }));

test("a person is shown under the name they gave last, and one whose account is gone is not found", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await signedIn(tx);
    await renameMe(ctx, { name: "Ada L." });
    expect(await me(ctx)).toMatchObject({ userId, name: "Ada L.", isOwner: false });
    expect((await tx.select().from(users).where(eq(users.name, "Ada L."))).map((row) => row.id)).toEqual([userId]);
    await expect(me({ ...ctx, actor: `user:${newId("user")}` })).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));

test("over https the cookie is pinned to this host, over http its port keeps two consoles apart", () => {
  expect(sessionCookie("https://forge.example.com")).toMatchObject({
    name: "__Host-forge-session",
    options: { httpOnly: true, sameSite: "lax", path: "/", secure: true },
  });
  expect(sessionCookie("http://localhost:3000")).toMatchObject({
    name: "forge-session-3000",
    options: { secure: false },
  });
  expect(sessionCookie("http://forge.internal").name).toBe("forge-session-80");
});

test("one cookie is read among others, by its whole name and with equals signs in it", () => {
  const header = "a=1; forge-session-30=no; forge-session-3000=v1.x==; b=2";
  expect(cookieValue(header, "forge-session-3000")).toBe("v1.x==");
  expect(cookieValue(header, "forge-session")).toBeNull();
  expect(cookieValue("forge-session-3000", "forge-session-3000")).toBeNull();
  expect([cookieValue(null, "a"), cookieValue("", "a"), cookieValue("=x", "")]).toEqual([null, null, null]);
});
