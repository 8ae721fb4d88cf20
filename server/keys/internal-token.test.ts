import { expect, test } from "vitest";
import { inTx } from "#db/testing.ts";
import { mintInternalToken, verifyInternalToken } from "#server/keys/internal-token.ts";

const grant = { projectId: "proj_1", actor: "user:user_1" as const, scopes: ["inference" as const] };

test("an internal token grants what was put in, until its time is over", () =>
  inTx(async (tx) => {
    const token = await mintInternalToken({ db: tx }, { ...grant, ttlSeconds: 60 });
    const now = Date.now();
    expect(verifyInternalToken(token, now)).toMatchObject(grant);
    expect(verifyInternalToken(token, now + 3_600_000)).toBeNull();
  }));

test("a changed grant, a changed signature and garbage are refused", () =>
  inTx(async (tx) => {
    const token = await mintInternalToken({ db: tx }, { ...grant, ttlSeconds: 900 });
    const [body = "", signature = ""] = token.slice(4).split(".");
    const admin = Buffer.from(JSON.stringify({ ...grant, scopes: ["admin"], expiresAtMs: 9e15 })).toString("base64url");
    const flipped = signature.replace(/^./, (first) => (first === "0" ? "1" : "0"));
    const tries = [
      `lfi_${admin}.${signature}`,
      `lfi_${body}.${flipped}`,
      `lfi_${body}.`,
      "lfi_",
      "lfi_.",
      `${token}.x`,
      body,
    ];
    for (const text of tries) expect(verifyInternalToken(text, Date.now())).toBeNull();
  }));

test("a longer life than fifteen minutes is refused", () =>
  inTx(async (tx) => {
    for (const ttlSeconds of [0, -1, 901, Number.NaN])
      await expect(mintInternalToken({ db: tx }, { ...grant, ttlSeconds })).rejects.toMatchObject({ code: "INVALID" });
  }));
