import { expect, test } from "vitest";
import { z } from "zod";
import { DomainError, errorCodes } from "#server/errors.ts";
import { mayUse, presentedBy, twoKeysMessage, unknownKeyMessage } from "#server/gateway/key.rule.ts";
import { refusalOf } from "#server/gateway/wire.ts";
import { paramOf } from "#server/inference/client/param.rule.ts";

test("one extractor reads a bearer or an x-api-key, and nothing else", () => {
  const token = (name: string) => ({ kind: "token", token: name });
  expect(presentedBy({ authorization: "Bearer lf_a" })).toEqual(token("lf_a"));
  expect(presentedBy({ authorization: "bearer  lf_a " })).toEqual(token("lf_a"));
  expect(presentedBy({ "x-api-key": "lf_b" })).toEqual(token("lf_b"));
  expect(presentedBy({ authorization: "Basic abc", "x-api-key": "lf_b" })).toEqual(token("lf_b"));
  for (const headers of [{}, { authorization: "Bearer " }, { authorization: "Bearer" }, { "x-api-key": " " }])
    expect(["none", "unusable"]).toContain(presentedBy(headers).kind);
});

test("of two different keys the refusal names the one that is wrong", () => {
  expect(twoKeysMessage({ bearer: true, apiKey: false })).toMatch(/^the API key in x-api-key is not known/);
  expect(twoKeysMessage({ bearer: false, apiKey: true })).toMatch(/^the API key in Authorization is not known/);
  expect(twoKeysMessage({ bearer: true, apiKey: true })).toContain("two different keys");
  expect(twoKeysMessage({ bearer: false, apiKey: false })).toMatch(/^neither the key in Authorization/);
});

test("an admin key of the machine is told that it is not for /v1, and what is", () => {
  expect(unknownKeyMessage("lf_abc")).toBe("this API key is not known, was revoked, or has expired");
  expect(unknownKeyMessage("lfa_abc")).toMatch(/admin key of a machine.*\/v1 takes an API key.*keys create/);
});

test("admin opens every scope, others only themselves", () => {
  expect(mayUse(["admin"], "runs:write")).toBe(true);
  expect(mayUse(["runs:read"], "runs:write")).toBe(false);
  expect(mayUse([], "inference")).toBe(false);
});

const codes = ["INVALID", "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "LIMITED", "UNAVAILABLE"] as const;

test("every error code has OpenAI's status, type and shape", () => {
  const types: Record<string, string> = {};
  for (const code of codes) {
    const { status, body } = refusalOf(new DomainError(code, "a sentence", { field: "model" }), "req_1");
    expect(status).toBe(errorCodes[code].http);
    expect(body.error).toMatchObject({ message: "a sentence", param: "model" });
    types[code] = body.error.type;
  }
  expect(types).toMatchObject({
    INVALID: "invalid_request_error",
    UNAUTHENTICATED: "authentication_error",
    FORBIDDEN: "permission_error",
    NOT_FOUND: "not_found_error",
    LIMITED: "rate_limit_error",
    UNAVAILABLE: "overloaded",
  });
});

test("an unexpected error hides behind the request id", () => {
  const { status, body } = refusalOf(new Error("password=hunter2"), "req_1");
  expect(status).toBe(500);
  expect(JSON.stringify(body)).not.toContain("hunter2");
  expect(body.error.message).toContain("req_1");
});

test("a schema's first issue becomes OpenAI's param", () => {
  const parsed = z.object({ messages: z.array(z.object({ role: z.string() })) }).safeParse({ messages: [{ role: 1 }] });
  expect(refusalOf(parsed.error, "req_1").body.error).toMatchObject({ param: "messages[0].role" });
  expect(paramOf([])).toBeNull();
});
