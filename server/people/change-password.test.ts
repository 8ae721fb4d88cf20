import { expect, test } from "vitest";
import { inTx } from "#db/testing.ts";
import { adoptTransaction, type UnscopedCtx } from "#server/context.ts";
import { changePassword } from "#server/people/change-password.ts";
import { createUser } from "#server/people/create-user.ts";
import { endSession, findSession, listSessions } from "#server/people/sessions.ts";
import { signIn } from "#server/people/sign-in.ts";

const old = "the old password";

test("a new password ends every other session and the old one no longer works", () =>
  inTx(async (tx) => {
    adoptTransaction(tx);
    const ctx: UnscopedCtx = { db: tx, actor: "system:sign-in", enqueue: () => {} };
    const { userId, email } = await createUser(ctx, {
      name: "Ada",
      email: "ada@example.test",
      password: old,
      isOwner: true,
    });
    const here = await signIn(ctx, { email, password: old, userAgent: "here", network: null });
    const there = await signIn(ctx, { email, password: old, userAgent: "there", network: null });
    const asAda = { ...ctx, actor: `user:${userId}` as const };
    await expect(
      changePassword(asAda, { current: "wrong one", next: "the new password" }, here.sessionId),
    ).rejects.toMatchObject({
      code: "INVALID",
      field: "current",
    });
    expect(await changePassword(asAda, { current: old, next: "the new password" }, here.sessionId)).toEqual({
      ended: 1,
    });
    expect(await findSession(ctx, there.sessionId)).toBeNull();
    const open = await listSessions(asAda, here.sessionId);
    expect(open.map((session) => [session.userAgent, session.current])).toEqual([["here", true]]);
    await expect(signIn(ctx, { email, password: old, userAgent: null, network: null })).rejects.toThrow("do not match");
    await signIn(ctx, { email, password: "the new password", userAgent: null, network: null });
  }));

test("a session that guesses is signed out after five, while another one still takes the right password", () =>
  inTx(async (tx) => {
    adoptTransaction(tx);
    const ctx: UnscopedCtx = { db: tx, actor: "system:sign-in", enqueue: () => {} };
    const { userId, email } = await createUser(ctx, {
      name: "Ada",
      email: "a@example.test",
      password: old,
      isOwner: true,
    });
    const stolen = await signIn(ctx, { email, password: old, userAgent: null, network: null });
    const own = await signIn(ctx, { email, password: old, userAgent: null, network: null });
    const asAda = { ...ctx, actor: `user:${userId}` as const };
    const codes: string[] = [];
    for (let attempt = 0; attempt < 6; attempt++)
      await changePassword(asAda, { current: "a guess", next: "the new password" }, stolen.sessionId).catch(
        (error: { code: string }) => codes.push(error.code),
      );
    expect(codes).toEqual([...Array(4).fill("INVALID"), "UNAUTHENTICATED", "UNAUTHENTICATED"]);
    expect(await findSession(ctx, stolen.sessionId)).toBeNull();
    await changePassword(asAda, { current: old, next: "the new password" }, own.sessionId);
    expect(await findSession(ctx, own.sessionId)).not.toBeNull();
  }));

test("failed sign-ins from anywhere never keep a live session from changing the password", () =>
  inTx(async (tx) => {
    adoptTransaction(tx);
    const ctx: UnscopedCtx = { db: tx, actor: "system:sign-in", enqueue: () => {} };
    const { userId, email } = await createUser(ctx, {
      name: "Ada",
      email: "a@example.test",
      password: old,
      isOwner: true,
    });
    const { sessionId } = await signIn(ctx, { email, password: old, userAgent: null, network: "192.0.2.1" });
    for (let attempt = 0; attempt < 6; attempt++)
      await expect(
        signIn(ctx, { email, password: "a guess", userAgent: null, network: "192.0.2.1" }),
      ).rejects.toThrow();
    const asAda = { ...ctx, actor: `user:${userId}` as const };
    expect(await changePassword(asAda, { current: old, next: "the new password" }, sessionId)).toEqual({ ended: 0 });
  }));

test("nobody can end another person's session", () =>
  inTx(async (tx) => {
    adoptTransaction(tx);
    const ctx: UnscopedCtx = { db: tx, actor: "system:sign-in", enqueue: () => {} };
    const ada = await createUser(ctx, { name: "Ada", email: "ada@example.test", password: old, isOwner: true });
    const eve = await createUser(ctx, { name: "Eve", email: "eve@example.test", password: old, isOwner: false });
    const { sessionId } = await signIn(ctx, { email: ada.email, password: old, userAgent: null, network: null });
    await expect(endSession({ ...ctx, actor: `user:${eve.userId}` }, { sessionId })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await endSession({ ...ctx, actor: `user:${ada.userId}` }, { sessionId });
  }));
