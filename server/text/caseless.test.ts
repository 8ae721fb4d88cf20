import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inTx } from "#db/testing.ts";
import { caselessPattern } from "#server/text/caseless.rule.ts";

/** Letters of several scripts, and every sign that means something in a regular expression. */
const character = fc.constantFrom(..."aZéÄñжЖωΩß1_ -/%,:#~'\"😀日", ..."\\^$.|?*+()[]{}");
const text = fc.string({ unit: character, minLength: 1, maxLength: 12 });

test("a text is found in itself, in capitals and in small letters, and stands for nothing but itself", () => {
  fc.assert(
    fc.property(text, text, (needle, other) => {
      const pattern = new RegExp(`^${caselessPattern(needle)}$`, "u");
      for (const spelling of [needle, needle.toLowerCase(), needle.toUpperCase()])
        expect(pattern.test(spelling), `${needle} in ${spelling}`).toBe(true);
      if (other.toUpperCase() !== needle.toUpperCase()) expect(pattern.test(other)).toBe(false);
    }),
  );
});

test("Postgres finds the same with it, in letters that its own locale does not know", () =>
  inTx(async (tx) => {
    const names = fc.sample(fc.tuple(text, text), { numRuns: 300, seed: 7 });
    const asked = names.map(([needle, around]) => ({
      pattern: caselessPattern(needle),
      inside: `${around}${needle.toUpperCase()}${around}`,
      stranger: "q",
    }));
    const rows = await tx.execute<{ pattern: string; inside: string }>(sql`
      select pattern, inside from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
        as asked(pattern text, inside text, stranger text)
      where not inside ~ pattern or stranger ~ pattern`);
    expect([...rows]).toEqual([]);
  }));
