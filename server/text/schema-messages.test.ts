import { expect, test } from "vitest";
import { z } from "zod";
import "#server/text/schema-messages.rule.ts";

const said = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues[0]?.message;

test.each<[what: string, schema: z.ZodType, value: unknown, message: string]>([
  ["a field that is not there", z.object({ model: z.string() }), {}, "is missing"],
  ["another type", z.number(), "2", "must be a number, not text"],
  ["null", z.string(), null, "must be text, not null"],
  ["a list for an object", z.object({}), [], "must be an object, not a list"],
  ["a broken number", z.int(), 1.5, "must be a whole number, not 1.5"],
  ["a number above its bound", z.number().max(2), 3, "must be at most 2"],
  ["a number at an open bound", z.number().gt(0), 0, "must be more than 0"],
  ["an empty text", z.string().min(1), "", "must not be empty"],
  ["a long text", z.string().max(3), "four", "must have at most 3 characters"],
  ["a list of the wrong length", z.array(z.string()).length(1), ["a", "b"], "must have exactly 1 entry"],
  ["a word that is none", z.enum(["a", "b"]), "c", 'must be one of "a", "b"'],
  ["a value that is not the one", z.literal(true), false, "must be true"],
  ["a field too many", z.strictObject({}), { n: 1 }, 'has no field "n"'],
  ["an address that is none", z.email(), "nobody", "must be an e-mail address"],
  ["what fits no form", z.union([z.string(), z.number()]), true, "is none of the forms it may have"],
])("%s is told by what the value must be", (_what, schema, value, message) => {
  expect(said(schema, value)).toBe(message);
});

test("a schema's own message goes before", () => {
  expect(said(z.string().min(2, "a name has two letters"), "a")).toBe("a name has two letters");
});
