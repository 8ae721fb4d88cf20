import { expect, test } from "vitest";
import { hashPassword, verifyPassword } from "#server/people/password.ts";

test("a password is kept as argon2id with its own salt and OWASP's cost", async () => {
  const [a, b] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
  expect(a).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(a).not.toBe(b);
});

test("the right password matches, in whichever Unicode form it was typed", async () => {
  const stored = await hashPassword("caf\u00e9 au lait");
  expect(await verifyPassword("cafe\u0301 au lait", stored)).toBe(true);
  expect(await verifyPassword("cafe au lait", stored)).toBe(false);
  expect(await verifyPassword("", stored)).toBe(false);
});

test("nobody's password matches, whatever is typed", async () => {
  expect(await verifyPassword("", null)).toBe(false);
  expect(await verifyPassword("x".repeat(500), null)).toBe(false);
  expect(await verifyPassword("anything", "not a hash")).toBe(false);
});

test("a flood is turned away instead of filling the memory", async () => {
  const results = await Promise.allSettled(Array.from({ length: 80 }, () => verifyPassword("x", null)));
  const refused = results.filter((result) => result.status === "rejected");
  expect(refused.length).toBeGreaterThan(0);
  expect(String(refused[0]?.reason)).toContain("too many people are signing in");
  expect(await verifyPassword("x", null)).toBe(false);
});
