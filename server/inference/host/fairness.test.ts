import { expect, test } from "vitest";
import { type Call, type Crowd, type StepCost, simulate } from "#server/inference/host/loop.fixture.ts";

/** `nano` on one core: as it is, and as it is while gateway and callers share the machine with it. */
const free: StepCost = { stepMs: 0.1, laneMs: 0.2, promptTokenMs: 0.075 };
const busy: StepCost = { stepMs: 0.2, laneMs: 0.4, promptTokenMs: 0.15 };
const sequences = 64;
const settledMs = 3_000;
const measuredMs = 4_000;

const crowd = (keyId: string, callers: number, answerTokens: number, fromMs: number): Crowd => {
  return { keyId, callers, promptTokens: 140, answerTokens, fromMs };
};
const flood = crowd("flood", 350, 64, 0);

function p95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.NaN;
}

/** Times to first token of the quiet key; the calls that found what was here before them count for nothing. */
function timesToFirstToken(calls: readonly Call[]) {
  return calls
    .filter(({ keyId, askedMs }) => keyId === "quiet" && askedMs > settledMs)
    .flatMap(({ askedMs, tokenMs }) => (tokenMs[0] === undefined ? [] : [tokenMs[0] - askedMs]));
}

/** Units of work that a key got while both were here: a prompt token counts one, an answer's four. */
function unitsOf(keyId: string, calls: readonly Call[]) {
  const during = (ms: number) => ms > settledMs;
  return calls
    .filter((call) => call.keyId === keyId)
    .reduce((sum, { tokenMs }) => {
      const [first] = tokenMs;
      return sum + 4 * tokenMs.filter(during).length + (first !== undefined && during(first) ? 140 : 0);
    }, 0);
}

test.each([
  { machine: "free", cost: free, callers: [1, 2, 4, 8, 12, 16, 24, 32] },
  { machine: "busy", cost: busy, callers: [1, 2, 4, 8, 12, 16, 24, 32] },
])(
  "on a $machine machine a key waits at most three times as long for first tokens beside a flood as alone",
  async ({ cost, callers }) => {
    const ratios: [number, number][] = [];
    for (const c of callers) {
      const quiet = crowd("quiet", c, 32, settledMs);
      const alone = await simulate(cost, sequences, [quiet], settledMs + measuredMs);
      const beside = await simulate(cost, sequences, [flood, quiet], settledMs + measuredMs);
      ratios.push([c, p95(timesToFirstToken(beside.calls)) / p95(timesToFirstToken(alone.calls))]);
    }
    expect(ratios.filter(([, ratio]) => !(ratio <= 3))).toEqual([]);
  },
);

test("the flood still gets its half of the work, and no live stream waits long for others' prompts", async () => {
  const quiet = crowd("quiet", 16, 32, settledMs);
  const { calls } = await simulate(busy, sequences, [flood, quiet], settledMs + 20_000);
  const floodPart = unitsOf("flood", calls) / (unitsOf("flood", calls) + unitsOf("quiet", calls));
  expect(floodPart).toBeGreaterThan(0.4);
  expect(floodPart).toBeLessThan(0.6);
  const few = crowd("quiet", 8, 32, settledMs);
  const crowded = await simulate(busy, sequences, [flood, few], settledMs + measuredMs);
  const gaps = crowded.calls
    .filter(({ keyId }) => keyId === "quiet")
    .flatMap(({ tokenMs }) => tokenMs.slice(1).map((ms, i) => ms - (tokenMs[i] ?? 0)));
  expect(Math.max(...gaps)).toBeLessThan(100);
});
