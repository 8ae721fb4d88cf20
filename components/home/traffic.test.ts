import { expect, test } from "vitest";
import { trafficSeries } from "#components/home/traffic.rule.ts";

const now = new Date("2026-11-21T12:07:00Z");
const at = (time: string) => new Date(`2026-11-21T${time}:00Z`);
const revision = (id: string, number: number, deploymentId = "d") => ({
  id,
  number,
  deploymentId,
  deployment: `name-${deploymentId}`,
  model: "support",
  version: number,
});
const day = { bucketMinutes: 15, windowHours: 24 };

test("a revision keeps the colour of its number, whoever comes after it", () => {
  const { series } = trafficSeries(
    { ...day, counts: [], revisions: [revision("a", 1), revision("b", 2), revision("c", 3)] },
    now,
  );
  expect(series.map(({ id, color, label }) => ({ id, color, label }))).toEqual([
    { id: "a", color: 0, label: "v1 support/1" },
    { id: "b", color: 1, label: "v2 support/2" },
    { id: "c", color: 2, label: "v3 support/3" },
  ]);
});

test("a quarter hour is fifteen minutes, the running one only those that have passed", () => {
  const counts = [
    { at: at("11:45"), revisionId: "a", count: 30 },
    { at: at("12:00"), revisionId: "a", count: 14 },
  ];
  const [only] = trafficSeries({ ...day, counts, revisions: [revision("a", 1)] }, now).series;
  expect(only?.color).toBe(0);
  expect(only?.points.slice(-3).map((point) => point.y)).toEqual([0, 2, 2]);
  expect(only?.points).toHaveLength(96);
});

test("a bucket that has only just begun is left out", () => {
  const early = trafficSeries({ ...day, counts: [], revisions: [revision("a", 1)] }, at("12:02")).series[0];
  expect(early?.points.at(-1)?.x).toBe(at("11:45").getTime());
  const minutes = { bucketMinutes: 1, windowHours: 2, counts: [], revisions: [revision("a", 1)] };
  expect(trafficSeries(minutes, new Date("2026-11-21T12:02:40Z")).series[0]?.points.at(-1)?.x).toBe(
    at("12:01").getTime(),
  );
});

test("a bucket that has only just begun is shown once calls came in it, as a rate of at least a minute", () => {
  const counts = [{ at: at("12:07"), revisionId: "a", count: 472 }];
  const minutes = { bucketMinutes: 1, windowHours: 2, counts, revisions: [revision("a", 1)] };
  const [only] = trafficSeries(minutes, new Date("2026-11-21T12:07:20Z")).series;
  expect(only?.points.at(-1)).toEqual({ x: at("12:07").getTime(), y: 472 });
});

test("several deployments are shown whole, and calls without one apart", () => {
  const counts = [
    { at: at("11:45"), revisionId: "a", count: 15 },
    { at: at("11:45"), revisionId: "b", count: 15 },
    { at: at("11:45"), revisionId: "x", count: 15 },
    { at: at("11:45"), revisionId: null, count: 30 },
  ];
  const revisions = [revision("a", 1), revision("b", 2), revision("x", 1, "e")];
  const { series, byRevision } = trafficSeries({ ...day, counts, revisions }, now);
  expect(byRevision).toBe(false);
  expect(series.map(({ label, points }) => [label, points.at(-2)?.y])).toEqual([
    ["name-d", 2],
    ["name-e", 1],
    ["without deployment", 2],
  ]);
});

test("with many deployments the busiest have a name and a colour of their own, and no call is left out", () => {
  const revisions = Array.from({ length: 8 }, (_, i) => revision(`r${i}`, 1, `d${i}`));
  const counts = revisions.map(({ id }, i) => ({ at: at("11:45"), revisionId: id, count: 15 * (i + 1) }));
  const direct = { at: at("11:45"), revisionId: null, count: 15 };
  const { series } = trafficSeries({ ...day, counts: [...counts, direct], revisions }, now);
  expect(series.map(({ label, points }) => [label, points.at(-2)?.y])).toEqual([
    ["name-d7", 8],
    ["name-d6", 7],
    ["name-d5", 6],
    ["name-d4", 5],
    ["name-d3", 4],
    ["3 other deployments", 6],
    ["without deployment", 1],
  ]);
  expect(new Set(series.map(({ color }) => color)).size).toBe(series.length);
});
