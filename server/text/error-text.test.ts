import { DrizzleQueryError } from "drizzle-orm/errors";
import { expect, test } from "vitest";
import { DomainError } from "#server/errors.ts";
import { errorText, traceOfFault } from "#server/text/error-text.ts";

const secret = "my bank account is 12\n    at home";

test("a failed query is told by its text and the database's reason, never with what it was asked to store", () => {
  const refused = new Error("invalid byte sequence");
  const query = new DrizzleQueryError("insert into scores values ($1)", [secret], refused);
  const wrapped = new DomainError("REFUSED", "the answer was not kept", { cause: query });
  expect(query.message).toContain(secret);
  expect(errorText(query)).toBe("a query failed: invalid byte sequence (insert into scores values ($1))");
  expect(errorText(wrapped)).toBe("the answer was not kept");
  const trace = traceOfFault(wrapped);
  expect(trace).toContain("invalid byte sequence");
  expect(trace).toMatch(/error-text\.test\.ts:\d+:\d+/);
  expect(trace.match(/caused by/g)).toHaveLength(2);
  expect(trace).not.toContain("bank");
  expect(trace).not.toContain("home");
});

test("what is thrown without being an error is told as it is", () => {
  expect(errorText("stop")).toBe("stop");
  expect(traceOfFault("stop")).toBe("");
});
