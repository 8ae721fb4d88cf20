import { expect, test } from "vitest";
import { pickNamed } from "#server/text/named.rule.ts";

const row = (n: number, name = "triage") => ({ id: `run_${String(n).padStart(6, "0")}`, name });

test("the row whose id it is wins over rows that have that id as their name", () => {
  const own = row(1);
  expect(pickNamed([row(2, own.id), own, row(3, own.id)], own.id, "run")).toBe(own);
});

test("nothing found names the noun, what was asked for, and the field it was asked in", () => {
  const asked = () => pickNamed([], "hotel", "model", "base");
  expect(asked).toThrow(expect.objectContaining({ code: "NOT_FOUND", field: "base" }));
  expect(asked).toThrow("there is no model hotel");
});

test("of many rows that a name means five are listed with their short ids, and the dots say that there are more", () => {
  const many = Array.from({ length: 6 }, (_, i) => row(i));
  const shown = many.slice(0, 5).map((one) => `triage (${one.id.slice(-6)})`);
  const refused = (found: typeof many) => () => pickNamed(found, "triage", "run", "run");
  expect(refused(many)).toThrow(`triage means 6 runs: ${shown.join(", ")} …. Take the short id`);
  expect(refused(many.slice(0, 5))).toThrow(`triage means 5 runs: ${shown.join(", ")}. Take the short id`);
  expect(refused(many)).toThrow(expect.objectContaining({ code: "CONFLICT", field: "run" }));
});
