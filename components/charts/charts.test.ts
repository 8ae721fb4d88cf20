import { expect, test } from "vitest";
import { toCsv } from "#components/charts/csv.rule.ts";
import { downsample } from "#components/charts/downsample.rule.ts";
import { placeLabels } from "#components/charts/labels.rule.ts";
import { layOut } from "#components/charts/lineage.rule.ts";
import { innerTicks, logTicks, niceTicks, timeTicks, yTicks } from "#components/charts/scale.rule.ts";
import { smooth } from "#components/charts/smooth.rule.ts";
import { nearest, tickLabel, toRows } from "#components/charts/xy.ts";

const wave = Array.from({ length: 50_000 }, (_, x) => ({ x, y: x === 31_337 ? 99 : Math.sin(x / 500) }));

test("downsampling keeps the ends, the order and the spike", () => {
  const kept = downsample(wave, 500);
  expect(kept).toHaveLength(500);
  expect(kept[0]).toEqual(wave[0]);
  expect(kept.at(-1)).toEqual(wave.at(-1));
  expect(kept.some((point) => point.y === 99)).toBe(true);
  expect(kept.every((point, index) => index === 0 || point.x > (kept[index - 1]?.x ?? 0))).toBe(true);
});

test("short series pass through, and a gap stays a gap", () => {
  const few = wave.slice(0, 10);
  expect(downsample(few, 500)).toBe(few);
  const gap = wave.map((point) => (point.x === 20_000 ? { x: point.x, y: null } : point));
  expect(downsample(gap, 200).some((point) => point.y === null)).toBe(true);
});

test("a smoothed line neither lags behind a trend nor starts at zero, and damps noise", () => {
  const ramp = Array.from({ length: 401 }, (_, x) => ({ x, y: x }));
  const line = smooth(ramp, 0.9);
  for (const at of [150, 200, 250]) expect(line[at]?.y).toBeCloseTo(at, 3);
  const flat = smooth(
    ramp.map(({ x }) => ({ x, y: 7 })),
    0.99,
  );
  for (const point of flat) expect(point.y).toBeCloseTo(7, 9);
  const noisy = smooth(
    ramp.map(({ x }) => ({ x, y: x % 2 })),
    0.95,
  );
  expect(Math.abs((noisy[200]?.y ?? 0) - 0.5)).toBeLessThan(0.05);
  expect(smooth(ramp, 0)).toBe(ramp);
  const gap = ramp.map((point) => (point.x === 5 ? { x: 5, y: null } : point));
  expect(smooth(gap, 0.5)[5]?.y).toBeNull();
});

test("a log axis has ticks at 1, 2 and 5 times the powers of ten, few enough to read", () => {
  expect(logTicks(0.8, 7)).toEqual([0.5, 1, 2, 5, 10]);
  expect(logTicks(0.0002, 3)).toEqual([0.0001, 0.001, 0.01, 0.1, 1, 10]);
  expect(logTicks(2, 2)).toEqual([1, 10]);
  expect(logTicks(1e-12, 1)).toEqual([1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 0.01, 1]);
});

test("ticks are round and cover the data", () => {
  expect(niceTicks(0, 367, 4)).toEqual([0, 100, 200, 300, 400]);
  expect(niceTicks(0, 0.0007, 4)).toEqual([0, 0.0002, 0.0004, 0.0006, 0.0008]);
  expect(innerTicks(3, 1170, 4)).toEqual([200, 400, 600, 800, 1000]);
  expect(niceTicks(5, 5, 4)[0]).toBe(0);
});

test("an axis of whole things has no tick between two of them", () => {
  expect(innerTicks(1, 2, 7, true)).toEqual([1, 2]);
  expect(niceTicks(0, 10, 4, true)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(niceTicks(0, 367, 4, true)).toEqual([0, 100, 200, 300, 400]);
  expect(yTicks([2], { whole: true })).toEqual([0, 1, 2]);
});

test("the words of marks neither lie on each other nor leave the plot; the newest are kept", () => {
  const domain = { lo: 0, hi: 100 };
  const word = "v2 20 % → 40 %";
  const close = [50, 51, 52, 53, 54].map((x) => ({ x, label: word }));
  expect(placeLabels(close, domain, 400)).toEqual([
    null,
    null,
    { lane: 2, side: "right" },
    { lane: 1, side: "right" },
    { lane: 0, side: "right" },
  ]);
  const apart = [10, 60, 95].map((x) => ({ x, label: word }));
  expect(placeLabels(apart, domain, 800)).toEqual([
    { lane: 0, side: "right" },
    { lane: 0, side: "right" },
    { lane: 0, side: "left" },
  ]);
});

test("the y axis starts at zero unless it is told", () => {
  expect(yTicks([92, 96.5], {})[0]).toBe(0);
  expect(yTicks([92, 96.5], { min: 88, max: 98 })).toEqual([88, 90, 92, 94, 96, 98]);
  expect(yTicks([-3, 4], {})[0]).toBeLessThanOrEqual(-3);
  expect(yTicks([], {})).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
});

test("time ticks fall on the reader's own midnight and full hours, never more than an axis can carry", () => {
  const midnight = new Date(2026, 10, 21).getTime();
  const hour = 3_600_000;
  const ticks = timeTicks(midnight + 60_000, midnight + 24 * hour, 6);
  expect(ticks.map((tick) => (tick - midnight) / hour)).toEqual([6, 12, 18, 24]);
  const months = timeTicks(midnight, midnight + 300 * 24 * hour, 6).map((tick) => new Date(tick));
  for (const month of months) expect([month.getDate(), month.getHours()]).toEqual([1, 0]);
  for (let span = 1; span < 100_000; span *= 1.7)
    for (const count of [4, 7])
      expect(timeTicks(midnight, midnight + span * 60_000, count).length).toBeLessThanOrEqual(count + 1);
});

test("series measured at different places share rows and are read across by the nearest reading", () => {
  const train = { id: "t", label: "train", points: [0, 1, 2, 3].map((x) => ({ x, y: 4 - x })) };
  const validation = { id: "v", label: "validation", points: [{ x: 2, y: 1.5, lo: 1, hi: 2 }] };
  expect(toRows([train, validation])[2]).toEqual({ x: 2, t: 2, v: 1.5, "v:band": [1, 2] });
  expect(nearest(train.points, 1.6)?.x).toBe(2);
  expect(nearest(validation.points, 0)?.x).toBe(2);
  expect(
    nearest(
      [
        { x: 0, y: 1 },
        { x: 1, y: null },
      ],
      1,
    )?.x,
  ).toBe(0);
  expect(nearest([], 1)).toBeUndefined();
});

test("CSV quotes what needs it and defuses formulas", () => {
  expect(
    toCsv(
      ["name", "loss"],
      [
        ["a,b", 0.5],
        ['say "hi"', null],
        ["=SUM(A1)", -1],
      ],
    ),
  ).toBe('name,loss\r\n"a,b",0.5\r\n"say ""hi""",\r\n\'=SUM(A1),-1\r\n');
});

test("a lineage is laid out by its longest path, parents left of children", () => {
  const laid = layOut(
    [{ id: "data" }, { id: "base" }, { id: "run" }, { id: "version" }, { id: "eval" }],
    [
      { from: "data", to: "run" },
      { from: "base", to: "run" },
      { from: "run", to: "version" },
      { from: "version", to: "eval" },
      { from: "base", to: "eval" },
    ],
  );
  expect(laid.map((layer) => layer.map((node) => node.id))).toEqual([["data", "base"], ["run"], ["version"], ["eval"]]);
});

test("a cycle or an edge to nowhere does not hang the layout", () => {
  const laid = layOut(
    [{ id: "a" }, { id: "b" }],
    [
      { from: "a", to: "b" },
      { from: "b", to: "a" },
      { from: "a", to: "ghost" },
    ],
  );
  expect(laid.flat()).toHaveLength(2);
});

test("ticks carry the decimals that tell them apart, so a small learning rate has no two equal ones", () => {
  const axis = { label: "learning rate" };
  const words = (ticks: number[]) => ticks.map((tick) => tickLabel(axis, tick, ticks));
  expect(words([0, 0.0005, 0.001, 0.0015, 0.002])).toEqual(["0", "0.0005", "0.0010", "0.0015", "0.0020"]);
  expect(words([0, 5e-5, 1e-4])).toEqual(["0", "0.00005", "0.00010"]);
  expect(words([0, 2.5, 5])).toEqual(["0", "2.5", "5.0"]);
  expect(words([0, 1_000, 2_000])).toEqual(["0", "1,000", "2,000"]);
});
