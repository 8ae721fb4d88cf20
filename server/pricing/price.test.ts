import { expect, test } from "vitest";
import { costUsdNanos, dollarsOf, nanosOf, priceAt } from "#server/pricing/price.rule.ts";

const price = { inputUsdNanosPerMillionTokens: 150_000_000n, outputUsdNanosPerMillionTokens: 600_000_000n };

test("a million tokens in and out cost exactly the two prices", () => {
  expect(costUsdNanos(price, { prompt: 1_000_000, completion: 1_000_000 })).toBe(750_000_000n);
});

test("one call is rounded half up once, at the end", () => {
  const odd = { inputUsdNanosPerMillionTokens: 1n, outputUsdNanosPerMillionTokens: 1n };
  expect(costUsdNanos(odd, { prompt: 250_000, completion: 250_000 })).toBe(1n);
  expect(costUsdNanos(odd, { prompt: 250_000, completion: 249_999 })).toBe(0n);
});

test("without a price or a count the cost is unknown, never zero", () => {
  expect(costUsdNanos(null, { prompt: 10, completion: 10 })).toBeNull();
  expect(costUsdNanos(price, { prompt: 10, completion: null })).toBeNull();
  expect(costUsdNanos(price, { prompt: 0, completion: 0 })).toBe(0n);
});

test("the latest price that has begun is in force", () => {
  const at = (day: number) => new Date(Date.UTC(2026, 10, day));
  const first = { ...price, effectiveFrom: at(1) };
  const second = { ...price, effectiveFrom: at(10) };
  expect(priceAt([second, first], at(5))).toBe(first);
  expect(priceAt([first, second], at(10))).toBe(second);
  expect(priceAt([first, second], new Date(0))).toBeNull();
});

test("nanodollars are written as dollars without loss", () => {
  expect(dollarsOf(3_100_000n)).toBe("0.0031");
  expect(dollarsOf(1n)).toBe("0.000000001");
  expect(dollarsOf(0n)).toBe("0.00");
  expect(dollarsOf(12_500_000_000n)).toBe("12.50");
  expect(dollarsOf(-250_000_000n)).toBe("-0.25");
});

test("dollars become nanodollars and back without loss", () => {
  for (const text of ["0.15", "0.000000001", "12.50", "999999.999999999", "0.00"])
    expect(dollarsOf(nanosOf(text))).toBe(text);
  expect(nanosOf("3")).toBe(3_000_000_000n);
});
