import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "next-auth/jwt";
import type { Db } from "#db/client.ts";
import type { Caller } from "#server/enter-project.ts";
import { env, publicUrl } from "#server/env.ts";
import { isSameOrigin } from "#server/http/same-origin.rule.ts";
import { credentialOf } from "#server/keys/credential.rule.ts";
import { verifyKey } from "#server/keys/verify.ts";
import { cookieValue, sessionCookie } from "#server/people/session-cookie.rule.ts";
import { findSession } from "#server/people/sessions.ts";
import { secretFor } from "#server/secrets.ts";

type AskedBy = { headers: { get: (name: string) => string | null }; method: string };

/**
 * Who asks: an API key or this machine's admin key by bearer or x-api-key, else the session cookie; null for nobody.
 * A credential that is sent must be right: a wrong key never falls back to the cookie. A cookie counts for GET and
 * HEAD, and for anything else only when our own page sent the request.
 */
export async function resolveCaller(db: Db, request: AskedBy): Promise<Caller | null> {
  const credential = credentialOf(request.headers);
  if (credential.kind === "unusable" || credential.kind === "two") return null;
  if (credential.kind === "token") {
    if (isLocalAdminKey(credential.token)) return { kind: "local" };
    const key = await verifyKey({ db }, credential.token);
    return key ? { kind: "key", ...key } : null;
  }
  const reads = request.method === "GET" || request.method === "HEAD";
  if (!reads && !isSameOrigin(request.headers, new URL(publicUrl()).origin)) return null;
  const sessionId = await sessionIdOf(request.headers.get("cookie"));
  const session = sessionId ? await findSession({ db }, sessionId) : null;
  return session ? { kind: "user", ...session } : null;
}

/** The session id that a cookie header carries in its sealed token; null for none, a broken or an outdated one. */
async function sessionIdOf(cookieHeader: string | null) {
  const token = cookieValue(cookieHeader, sessionCookie(publicUrl()).name);
  if (!token) return null;
  const claims = await decode({ token, secret: sessionSecret() }).catch(() => null);
  return typeof claims?.sid === "string" ? claims.sid : null;
}

/** What next-auth seals its tokens with. */
export function sessionSecret(): string {
  return secretFor("session").toString("hex");
}

let adminKeyDigest: Buffer | null = null;

/** The key in FORGE_DATA/admin-key (mode 0600) that the shell uses on this machine; compared in constant time. */
function isLocalAdminKey(token: string) {
  adminKeyDigest ??= readAdminKey();
  return adminKeyDigest !== null && timingSafeEqual(sha256(token), adminKeyDigest);
}

function readAdminKey() {
  try {
    const text = readFileSync(join(env().FORGE_DATA, "admin-key"), "utf8").trim();
    return text.length >= 32 ? sha256(text) : null;
  } catch {
    return null; // no such file: this process runs on another machine than the shell
  }
}

function sha256(text: string) {
  return createHash("sha256").update(text).digest();
}
