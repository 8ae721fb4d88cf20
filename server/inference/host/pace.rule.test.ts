import fc from "fast-check";
import { expect, test } from "vitest";
import { lanesOf, learn, type Pace, prefillTokensOf, unknownPace } from "#server/inference/host/pace.rule.ts";

/** One step of a machine on which every step costs something, then each lane and each prompt token. */
type Machine = { stepMs: number; laneMs: number; promptMs: number };

/** Steps with `lanes` live streams and prompts that never end → the pace then known, and what prompts added to each step. */
function run(machine: Machine, from: Pace, lanes: number, steps: number, urgent = false) {
  const addedMs: number[] = [];
  let pace = from;
  for (let step = 0; step < steps; step++) {
    const prefilled = prefillTokensOf(pace, lanes, 512, urgent);
    addedMs.push(prefilled * machine.promptMs);
    const ms = machine.stepMs + lanes * machine.laneMs + prefilled * machine.promptMs;
    pace = learn(pace, { decoded: lanes, prefilled, ms });
  }
  return { pace, addedMs };
}

/** The pace of a machine that takes so long for each, known by experience. */
function settled(laneMs: number, promptMs: number): Pace {
  return run({ stepMs: 0, laneMs, promptMs }, unknownPace, 8, 200).pace;
}

const speed = fc.double({ min: 0.01, max: 60, noNaN: true });
const machines = fc.record({ stepMs: fc.double({ min: 0, max: 60, noNaN: true }), laneMs: speed, promptMs: speed });

test("whatever the machine's speed, prompts add at most 100 ms to a step of live streams and always advance", () => {
  fc.assert(
    fc.property(machines, fc.integer({ min: 1, max: 64 }), fc.boolean(), (machine, lanes, urgent) => {
      const first = learn(unknownPace, { decoded: 0, prefilled: 32, ms: machine.stepMs + 32 * machine.promptMs });
      const { addedMs } = run(machine, first, lanes, 200, urgent);
      expect(Math.max(...addedMs)).toBeLessThanOrEqual(100);
      expect(addedMs.slice(-20).some((ms) => ms > 0)).toBe(true);
    }),
  );
});

test("they do not when many streams begin after few and prompts never end, nor when the machine is suddenly fast", () => {
  fc.assert(
    fc.property(machines, fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 64 }), (machine, few, many) => {
      const { pace } = run(machine, settled(machine.laneMs, machine.promptMs), few, 50);
      expect(Math.max(...run(machine, pace, many, 200).addedMs)).toBeLessThanOrEqual(100);
    }),
  );
  const machine = { stepMs: 50, laneMs: 5, promptMs: 5 };
  const { pace } = run(machine, unknownPace, 1, 50);
  expect(run(machine, pace, 8, 200).addedMs.reduce((sum, ms) => sum + ms, 0) / 200).toBeGreaterThan(20);
  // a spike in a decoding step is forgotten though prompts never end: thought dear, decoding would hide what they cost
  const spiked = { ...run(machine, pace, 1, 50).pace, decodeMs: 500 };
  expect(Math.max(...run(machine, spiked, 1, 200).addedMs.slice(100))).toBeLessThanOrEqual(100);
});

test("now and then a step decodes without prompts, so that its cost is seen; alone, prompts are read in every one", () => {
  const { addedMs } = run({ stepMs: 1, laneMs: 1, promptMs: 0.1 }, settled(1, 0.1), 8, 170);
  expect(addedMs.filter((ms) => ms === 0)).toHaveLength(10);
  let pace = unknownPace;
  for (let step = 0; step < 40; step++) {
    const prefilled = prefillTokensOf(pace, 0, 512);
    expect(prefilled).toBeGreaterThan(0);
    pace = learn(pace, { decoded: 0, prefilled, ms: 1 + prefilled * 0.1 });
  }
});

test("before anything is known, a prompt begins with few tokens", () => {
  expect(prefillTokensOf(unknownPace, 0, 512)).toBe(32);
});

test("a fast machine decodes everybody in one step, a slow one as many as before", () => {
  expect(lanesOf(settled(0.1, 0.01), 64)).toBe(64);
  expect(lanesOf(settled(0.7, 0.07), 64)).toBe(14);
  expect(lanesOf(settled(50, 5), 64)).toBe(8);
  expect(lanesOf(settled(0.1, 0.01), 4)).toBe(4);
});
