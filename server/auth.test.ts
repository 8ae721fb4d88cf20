import { encode } from "next-auth/jwt";
import { expect, test } from "vitest";
import type { Db } from "#db/client.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { resolveCaller, sessionSecret } from "#server/auth.ts";
import { publicUrl } from "#server/env.ts";
import { isSameOrigin } from "#server/http/same-origin.rule.ts";
import { createKey } from "#server/keys/create.ts";
import { sessionCookie } from "#server/people/session-cookie.rule.ts";
import { openSession, signOutEverywhere } from "#server/people/sessions.ts";
import { testProject } from "#server/testing.ts";

const asked = (method: string, headers: Record<string, string>) => ({ method, headers: new Headers(headers) });

async function cookieOf(sid: string) {
  const token = await encode({ token: { sid }, secret: sessionSecret() });
  return `other=1; ${sessionCookie(publicUrl()).name}=${token}`;
}

test("a session cookie is the person until the session is ended", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await testProject(tx);
    const session = await openSession(ctx, userId, null);
    const cookie = await cookieOf(session.id);
    expect(await resolveCaller(tx, asked("GET", { cookie }))).toMatchObject({ kind: "user", userId });
    await signOutEverywhere(ctx);
    expect(await resolveCaller(tx, asked("GET", { cookie }))).toBeNull();
  }));

test("a cookie counts for a change only when our own page sent it", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await testProject(tx);
    const cookie = await cookieOf((await openSession(ctx, userId, null)).id);
    const post = (headers: Record<string, string>) => resolveCaller(tx, asked("POST", { cookie, ...headers }));
    expect(await post({})).toBeNull();
    expect(await post({ "sec-fetch-site": "cross-site" })).toBeNull();
    expect(await post({ "sec-fetch-site": "same-site", origin: publicUrl() })).toBeNull();
    expect(await post({ origin: "https://evil.test", host: "127.0.0.1:3000" })).toBeNull();
    expect(await post({ origin: "null" })).toBeNull();
    expect(await post({ "sec-fetch-site": "same-origin" })).toMatchObject({ userId });
    expect(await post({ origin: publicUrl() })).toMatchObject({ userId });
    expect(await post({ origin: "http://box.lan:3000", host: "box.lan:3000" })).toMatchObject({ userId });
  }));

test("a wrong key never falls back to the cookie beside it", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await testProject(tx);
    const cookie = await cookieOf((await openSession(ctx, userId, null)).id);
    const { key, id } = await createKey(
      { ...ctx, role: "admin" },
      { name: "k", scopes: ["admin"], expiresInDays: null },
    );
    expect(await resolveCaller(tx, asked("GET", { cookie, authorization: `Bearer ${key}` }))).toMatchObject({
      keyId: id,
    });
    expect(await resolveCaller(tx, asked("POST", { "x-api-key": key }))).toMatchObject({ keyId: id });
    expect(await resolveCaller(tx, asked("GET", { cookie, authorization: "Bearer lf_nonsense" }))).toBeNull();
    expect(
      await resolveCaller(tx, asked("GET", { cookie, authorization: `Bearer ${key}`, "x-api-key": "x" })),
    ).toBeNull();
  }));

test("a token that was sealed with another secret, or not sealed at all, is nobody", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await testProject(tx);
    const { id: sid } = await openSession(ctx, userId, null);
    const { name } = sessionCookie(publicUrl());
    const foreign = await encode({ token: { sid }, secret: "another secret" });
    for (const value of [foreign, sid, "", "a.b.c.d.e", "%00"])
      expect(await resolveCaller(tx, asked("GET", { cookie: `${name}=${value}` }))).toBeNull();
  }));

test("whatever stands in an auth header neither breaks anything nor reaches SQL as text", () =>
  inDatabase(async ({ db }) => {
    const used: string[] = [];
    const watched: Db = new Proxy(db, {
      get: (target, property) => {
        used.push(String(property));
        return Reflect.get(target, property);
      },
    });
    const nasty = [
      "' or 1=1 --",
      "'; drop table api_keys; --",
      "$1",
      "lf_' union select * from users --",
      `lf_${"'".repeat(39)}`,
      `lf_${"0".repeat(39)}`,
      "lfi_e30.00",
      "%00",
      "\\x00",
      "../../etc/passwd",
      "x".repeat(100_000),
      "{}",
      "__proto__",
    ];
    let state = 42;
    const random = () => {
      state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      return state / 4_294_967_296;
    };
    for (let i = 0; i < 500; i++) {
      const length = Math.floor(random() * 80);
      nasty.push(String.fromCharCode(...Array.from({ length }, () => 33 + Math.floor(random() * 94))));
    }
    for (const text of nasty) {
      for (const name of ["authorization", "x-api-key"]) {
        const value = name === "authorization" ? `Bearer ${text}` : text;
        expect(await resolveCaller(watched, asked("POST", { [name]: value }))).toBeNull();
      }
    }
    // None of them is well formed, so the database was not even touched.
    expect(used).toEqual([]);
    expect(await db.execute("select count(*)::int as n from api_keys")).toEqual([{ n: 0 }]);
  }));

test("Sec-Fetch-Site decides where the browser sends it", () => {
  const headers = new Headers({ "sec-fetch-site": "cross-site", origin: "http://localhost:3000" });
  expect(isSameOrigin(headers, "http://localhost:3000")).toBe(false);
});
