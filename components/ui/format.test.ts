import { expect, test } from "vitest";
import {
  formatBytes,
  formatCompact,
  formatDurationMs,
  formatLoss,
  formatNumber,
  formatPercent,
  formatRate,
  formatRelative,
  formatRemaining,
  formatSigned,
  formatUsdNanos,
  plural,
  sentence,
  shortId,
} from "#components/ui/format.ts";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

test("a rate is said in the unit in which it is at least one", () => {
  expect(formatRate(190, 60, "request")).toBe("3.2 requests per minute");
  expect(formatRate(58, 60)).toBe("58 per hour");
  expect(formatRate(1, 60, "request")).toBe("1 request per hour");
  expect(formatRate(7, 1440)).toBe("7 per day");
  expect(formatRate(0, 60)).toBe("0 per minute");
  expect(formatRate(6_000, 60, "request")).toBe("100 requests per minute");
});

test("durations use the two units that matter", () => {
  const said = [0.4, 408, 999.6, 2_140, 9_960, 48_000, 134_000, 3_600_000, 22_320_000, 100_800_000].map((ms) =>
    plain(formatDurationMs(ms)),
  );
  expect(said).toEqual([
    "0.4 ms",
    "408 ms",
    "1.0 s",
    "2.1 s",
    "10 s",
    "48 s",
    "2 min 14 s",
    "1 h",
    "6 h 12 min",
    "1 d 4 h",
  ]);
  expect(formatDurationMs(Number.NaN)).toBe("not known");
  expect([672, 48, 7_490].map((seconds) => plain(formatRemaining(seconds)))).toEqual(["11 min", "48 s", "2 h 5 min"]);
});

test("money keeps the digits that matter, and no price is not zero", () => {
  expect([1_284_000_000_000n, 12_400_000_000n, 310_000_000n, 3_100_000n, 42_000n, 0n].map(formatUsdNanos)).toEqual([
    "$1,284",
    "$12.40",
    "$0.31",
    "$0.0031",
    "$0.000042",
    "$0.00",
  ]);
  expect(formatUsdNanos(-310_000_000n)).toBe("−$0.31");
  expect(formatUsdNanos(null)).toBe("not measured");
});

test("numbers carry sensible digits and a real minus", () => {
  expect(
    [12480, 0.64312, 3412.4, 41.234, 0, -5.5, 0.0002, 0.00021314, 1.99996, 2.1314e-8].map((value) =>
      formatNumber(value),
    ),
  ).toEqual(["12,480", "0.6431", "3,412", "41.23", "0", "−5.5", "0.0002", "0.0002131", "2", "2.131e−8"]);
  expect([2.5, 0.000213, 0.99999, 12.3456, 0].map(formatLoss)).toEqual(["2.500", "0.0002130", "1.000", "12.35", "0"]);
  expect([6, -2.94, 0.01, -0.04].map((value) => formatSigned(value))).toEqual(["+6.0", "−2.9", "0.0", "0.0"]);
  expect([999, 12_480, 1_204_331, 2_500_000_000].map((value) => plain(formatCompact(value)))).toEqual([
    "999",
    "12.5 k",
    "1.2 M",
    "2.5 B",
  ]);
});

test("shares below one percent keep two digits", () => {
  expect([0.938, 0.0003, 0, 1, -0.18].map((share) => plain(formatPercent(share)))).toEqual([
    "93.8 %",
    "0.03 %",
    "0 %",
    "100 %",
    "−18.0 %",
  ]);
});

test("bytes are decimal", () => {
  expect([512, 4_100_000, 1_900_000_000, 999_950].map((bytes) => plain(formatBytes(bytes)))).toEqual([
    "512 B",
    "4.1 MB",
    "1.9 GB",
    "1.0 MB",
  ]);
});

test("times are relative to now, in both directions", () => {
  const now = new Date("2026-11-21T14:20:00Z");
  const ago = (seconds: number) => plain(formatRelative(new Date(now.getTime() - seconds * 1000), now));
  expect([3, 40, 720, 3_700, 90_000, 260_000].map(ago)).toEqual([
    "now",
    "40 s ago",
    "12 min ago",
    "1 h ago",
    "yesterday",
    "3 d ago",
  ]);
  expect(ago(-300)).toBe("in 5 min");
  expect(ago(30 * 86_400)).toBe("22 Oct");
  expect(ago(400 * 86_400)).toBe("17 Oct 2025");
});

test("ids are shown by their last six characters, counts with their noun", () => {
  expect(shortId("run_01jd3qk4m5n6p7q8r9s0t1v2w3")).toBe("1v2w3".padStart(6, "t"));
  expect([plural(1, "run"), plural(2480, "run"), plural(2, "entry", "entries")]).toEqual([
    "1 run",
    "2,480 runs",
    "2 entries",
  ]);
});

test("a message becomes a sentence, but a name at its beginning keeps its case", () => {
  expect(sentence("say why: the reason is kept")).toBe("Say why: the reason is kept");
  expect(sentence("day one, ça va")).toBe("Day one, ça va");
  expect(sentence("triage/1 is the champion")).toBe("triage/1 is the champion");
  expect(sentence("x-part-sha256 must be a sha256")).toBe("x-part-sha256 must be a sha256");
  expect(sentence("")).toBe("");
});
