import { afterAll, beforeAll, expect, test } from "vitest";
import { missingRows, newTally, play } from "#bench/fuzz/play.ts";
import { seedStack } from "#bench/fuzz/seed.ts";
import { allTargets } from "#bench/fuzz/shots.ts";
import { openStack, type Stack } from "#bench/fuzz/stack.ts";
import { holdDatabase } from "#server/gateway/gateway.fixture.ts";

const runsEach = 12;
const atOnce = 4;

let database: Awaited<ReturnType<typeof holdDatabase>>;
let stack: Stack;

beforeAll(async () => {
  database = await holdDatabase();
  stack = await openStack(database.url);
});

afterAll(async () => {
  await stack?.close();
  await database?.release();
});

test("whatever is sent to any procedure or route, nothing breaks and no call is missing in the log", async () => {
  const targets = allTargets(stack, await seedStack(stack));
  await stack.confirm();
  expect(targets.length).toBeGreaterThan(100);
  const tally = newTally();
  const waiting = [...targets.entries()];
  const lanes = Array.from({ length: atOnce }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      await play(next[1], tally, { seed: 20_261_128 + next[0], runs: runsEach });
  });
  await Promise.all(lanes);
  expect(tally.failures).toEqual([]);
  expect(tally.owed.length).toBeGreaterThan(runsEach);
  expect(await missingRows(stack, tally)).toEqual([]);
  expect(stack.lostRows()).toBe(0);
  const answered = [...tally.counts].filter(([, classes]) => classes.has("2xx"));
  expect(answered.length).toBeGreaterThan(targets.length / 3); // else the inputs no longer reach what they aim at
});
