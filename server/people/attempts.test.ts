import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { passwordAttempts } from "#db/schema/people.ts";
import { inTx } from "#db/testing.ts";
import { failuresBeforeLock, forgetAttempts, reserveAttempt, type Tried } from "#server/people/attempts.ts";

const ada = { email: "ada@example.test", network: "192.0.2.1", passwordHash: "h1" };

test("the fifth attempt in a row is the last chance and the sixth is locked", () =>
  inTx(async (tx) => {
    const seen = [];
    for (let i = 0; i < failuresBeforeLock + 2; i++) seen.push(await reserveAttempt({ db: tx }, ada));
    expect(seen.map((one) => one.lastChance)).toEqual([false, false, false, false, true, false, false]);
    expect(seen.map((one) => one.locked)).toEqual([false, false, false, false, false, true, true]);
  }));

test("an e-mail in capitals is the same one; another network, password or session is counted apart", () =>
  inTx(async (tx) => {
    const fail = async (tried: Tried) => {
      for (let i = 0; i < failuresBeforeLock; i++) await reserveAttempt({ db: tx }, tried);
    };
    await fail(ada);
    expect(await reserveAttempt({ db: tx }, { ...ada, email: "ADA@example.test" })).toMatchObject({ locked: true });
    const others: Tried[] = [
      { ...ada, network: null },
      { ...ada, network: "192.0.2.2" },
      { ...ada, passwordHash: null },
      { ...ada, passwordHash: "h2" },
      { sessionId: "sess_1" },
      { sessionId: ada.email },
    ];
    for (const tried of others)
      expect(await reserveAttempt({ db: tx }, tried), JSON.stringify(tried)).toEqual({
        locked: false,
        lastChance: false,
      });
  }));

test("failures a quarter of an hour apart do not add up, and a lock ends after as long", () =>
  inTx(async (tx) => {
    const later = (minutes: number) =>
      tx.update(passwordAttempts).set({
        lastAt: sql`last_at - make_interval(mins => ${minutes}::int)`,
        lockedUntil: sql`locked_until - make_interval(mins => ${minutes}::int)`,
      });
    for (let i = 0; i < 12; i++) {
      expect(await reserveAttempt({ db: tx }, ada)).toEqual({ locked: false, lastChance: false });
      await later(15);
    }
    for (let i = 0; i < failuresBeforeLock; i++) await reserveAttempt({ db: tx }, ada);
    await later(14);
    expect(await reserveAttempt({ db: tx }, ada)).toMatchObject({ locked: true });
    await later(1);
    expect(await reserveAttempt({ db: tx }, ada)).toEqual({ locked: false, lastChance: false });
  }));

test("a right password forgets its own failures only, and what is a day old is not kept", () =>
  inTx(async (tx) => {
    const elsewhere = { ...ada, network: "203.0.113.9" };
    await reserveAttempt({ db: tx }, ada);
    await reserveAttempt({ db: tx }, elsewhere);
    await forgetAttempts({ db: tx }, ada);
    expect(await tx.$count(passwordAttempts)).toBe(1);
    await tx.update(passwordAttempts).set({ lastAt: sql`now() - interval '25 hours'` });
    await reserveAttempt({ db: tx }, ada);
    expect(await tx.$count(passwordAttempts)).toBe(1);
  }));

test("neither an e-mail nor a network can be read from what is kept", () =>
  inTx(async (tx) => {
    await reserveAttempt({ db: tx }, ada);
    const stored = JSON.stringify(await tx.select().from(passwordAttempts));
    expect(stored).not.toMatch(/ada|192\.0\.2|h1/);
  }));
