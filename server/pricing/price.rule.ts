/** What a model's tokens cost, in billionths of a US dollar per million tokens, from a time on. */
export type Price = { inputUsdNanosPerMillionTokens: bigint; outputUsdNanosPerMillionTokens: bigint };
export type DatedPrice = Price & { effectiveFrom: Date };

const million = 1_000_000n;
const nanosPerDollar = 1_000_000_000n;

/** The price in force at `now`: the latest that has begun; null when none has. */
export function priceAt<P extends DatedPrice>(prices: readonly P[], now: Date): P | null {
  let found: P | null = null;
  for (const price of prices) {
    if (price.effectiveFrom > now) continue;
    if (!found || price.effectiveFrom >= found.effectiveFrom) found = price;
  }
  return found;
}

/**
 * Cost of one call in billionths of a US dollar, rounded half up once, at the end.
 * Null when no price applies or the tokens were not counted: "not measured", never zero.
 */
export function costUsdNanos(
  price: Price | null,
  tokens: { prompt: number | null; completion: number | null },
): bigint | null {
  if (!price || tokens.prompt === null || tokens.completion === null) return null;
  const millionths =
    BigInt(tokens.prompt) * price.inputUsdNanosPerMillionTokens +
    BigInt(tokens.completion) * price.outputUsdNanosPerMillionTokens;
  return (millionths + million / 2n) / million;
}

/** Dollars as a decimal of at most nine places, in billionths, without loss: "0.15" → 150000000n. */
export function nanosOf(dollars: string): bigint {
  const [whole = "0", fraction = ""] = dollars.split(".");
  return BigInt(whole) * nanosPerDollar + BigInt(fraction.padEnd(9, "0"));
}

/** Nanodollars as a decimal of dollars without loss, at least two decimals: 3100000n → "0.0031". */
export function dollarsOf(nanos: bigint): string {
  const sign = nanos < 0n ? "-" : "";
  const digits = nanos < 0n ? -nanos : nanos;
  const fraction = (digits % nanosPerDollar)
    .toString()
    .padStart(9, "0")
    .replace(/0{1,7}$/, "");
  return `${sign}${digits / nanosPerDollar}.${fraction}`;
}
