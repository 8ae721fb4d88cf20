/** A number and its unit never part at a line's end. */
const nbsp = "\u00a0";
const locale = "en-US";

const plain = new Map<string, Intl.NumberFormat>();

function decimals(min: number, max: number) {
  const key = `${min}.${max}`;
  const known = plain.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, { minimumFractionDigits: min, maximumFractionDigits: max });
  plain.set(key, made);
  return made;
}

const minus = (text: string) => text.replace("-", "−");

/**
 * 12480 → "12,480"; 0.64312 → "0.6431"; 0.0002131 → "0.0002131". Four significant digits, whole numbers in full; `digits`
 * fixes the decimals instead. Beyond seven decimals as a power: "2.131e-8".
 */
export function formatNumber(value: number, digits?: number) {
  if (!Number.isFinite(value)) return "not a number";
  if (digits !== undefined) return minus(decimals(digits, digits).format(value));
  const size = Math.abs(value);
  if (Number.isInteger(value)) return minus(decimals(0, 0).format(value));
  if (size < smallestPlain) return minus(value.toExponential(3).replace(/\.?0+e/, "e"));
  const rounded = Number(value.toPrecision(significantDigits));
  const places = Math.max(0, significantDigits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  return minus(decimals(0, places).format(value));
}

/** A loss, always with four significant digits, so that a live one does not change its width: 2.5 → "2.500", 0.000213 → "0.0002130". */
export function formatLoss(value: number) {
  if (!Number.isFinite(value) || value === 0 || Math.abs(value) < smallestPlain) return formatNumber(value);
  const places = significantDigits - 1 - Math.floor(Math.log10(Math.abs(Number(value.toPrecision(significantDigits)))));
  return formatNumber(value, Math.max(0, places));
}

const significantDigits = 4;
const smallestPlain = 1e-5;

/** "+6.0", "−2.9", "0.0": a difference always shows its sign. */
export function formatSigned(value: number, digits = 1) {
  const text = decimals(digits, digits).format(Math.abs(value));
  return Number(text.replaceAll(",", "")) === 0 ? text : `${value > 0 ? "+" : "−"}${text}`;
}

/** Long counts in short: 1204331 → "1.2 M". For tables of exact rows use formatNumber. */
export function formatCompact(value: number) {
  const size = Math.abs(value);
  if (size >= 999_500_000) return `${formatNumber(value / 1e9, size >= 99.95e9 ? 0 : 1)}${nbsp}B`;
  if (size >= 999_500) return `${formatNumber(value / 1e6, size >= 99.95e6 ? 0 : 1)}${nbsp}M`;
  if (size >= 10_000) return `${formatNumber(value / 1e3, size >= 99_950 ? 0 : 1)}${nbsp}k`;
  return formatNumber(value);
}

/** `share` is 0..1: 0.938 → "93.8 %". Small shares keep two digits: 0.0003 → "0.03 %". */
export function formatPercent(share: number, digits?: number) {
  const percent = share * 100;
  const size = Math.abs(percent);
  const wanted = digits ?? (size === 0 || size === 100 ? 0 : size < 1 ? 2 : 1);
  return `${formatNumber(percent, wanted)}${nbsp}%`;
}

/** Decimal units, as disks and file managers count: 4_100_000 → "4.1 MB". */
export function formatBytes(bytes: number) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${formatNumber(value, unit === 0 || value >= 99.95 ? 0 : 1)}${nbsp}${units[unit]}`;
}

/** 408 → "408 ms", 2140 → "2.1 s", 134_000 → "2 min 14 s", 22_320_000 → "6 h 12 min". */
export function formatDurationMs(ms: number) {
  if (!Number.isFinite(ms) || ms < 0) return "not known";
  if (ms < 999.5) return `${ms < 10 && !Number.isInteger(ms) ? formatNumber(ms, 1) : Math.round(ms)}${nbsp}ms`;
  if (ms < 9_950) return `${formatNumber(ms / 1000, 1)}${nbsp}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}${nbsp}s`;
  if (seconds < 3600) return two(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return two(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** What is left, no finer than anyone can know it: 672 → "11 min", 48 → "48 s", 7_500 → "2 h 5 min". */
export function formatRemaining(seconds: number) {
  return formatDurationMs((seconds < 120 ? Math.round(seconds) : Math.round(seconds / 60) * 60) * 1000);
}

function two(big: number, bigUnit: string, small: number, smallUnit: string) {
  const head = `${formatNumber(big)}${nbsp}${bigUnit}`;
  return small === 0 ? head : `${head} ${small}${nbsp}${smallUnit}`;
}

/** Money with the digits that matter: $1,284 · $12.40 · $0.31 · $0.0031. Null is not zero: "not measured". */
export function formatUsdNanos(nanos: bigint | number | null | undefined) {
  if (nanos === null || nanos === undefined) return "not measured";
  return formatUsd(Number(nanos) / 1e9);
}

function formatUsd(usd: number) {
  const size = Math.abs(usd);
  const digits = size >= 100 ? 0 : size >= 0.1 || size === 0 ? 2 : Math.min(9, 1 - Math.floor(Math.log10(size)));
  return `${usd < 0 ? "−" : ""}$${decimals(digits, digits).format(size)}`;
}

const day = 86_400_000;

/** "now", "40 s ago", "12 min ago", "1 h ago", "yesterday", "3 d ago", then the date; "in 5 min" for what comes. */
export function formatRelative(at: Date, now: Date) {
  const gap = now.getTime() - at.getTime();
  const size = Math.abs(gap);
  const say = (text: string) => (gap >= 0 ? `${text} ago` : `in ${text}`);
  if (size < 10_000) return "now";
  if (size < 60_000) return say(`${Math.floor(size / 1000)}${nbsp}s`);
  if (size < 3_600_000) return say(`${Math.floor(size / 60_000)}${nbsp}min`);
  if (size < day) return say(`${Math.floor(size / 3_600_000)}${nbsp}h`);
  if (size < 2 * day) return gap > 0 ? "yesterday" : "tomorrow";
  if (size < 7 * day) return say(`${Math.floor(size / day)}${nbsp}d`);
  return formatDate(at, now);
}

/** "12 Nov", with the year when it is not this one. In the zone of whoever runs it. */
export function formatDate(at: Date, now: Date) {
  const sameYear = at.getFullYear() === now.getFullYear();
  return at.toLocaleDateString("en-GB", { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) });
}

/** The exact time in the user's zone: "21 Nov 2026, 14:20:07 UTC". */
export function formatExact(at: Date) {
  return at.toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
}

/** "14:20" */
export function formatClock(at: Date) {
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** The last six characters of an id, as search and CLI take them. */
export function shortId(id: string) {
  return id.slice(-6);
}

/** A message of a rule or of the server as a sentence of its own; a name or a header at its beginning keeps its case. */
export function sentence(message: string) {
  if (!/^[\p{L}'’]+(?:[,;:.]?\s|$)/u.test(message)) return message;
  return message.charAt(0).toUpperCase() + message.slice(1);
}

/** plural(2, "run") → "2 runs"; plural(1, "entry", "entries") → "1 entry". */
export function plural(count: number, one: string, many = `${one}s`) {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** formatRate(190, 60, "request") → "3.2 requests per minute"; what is rarer per hour, else per day: "58 per hour". */
export function formatRate(count: number, minutes: number, what?: string) {
  const perMinute = count / minutes;
  const [value, unit] =
    perMinute >= 1 || count === 0
      ? [perMinute, "minute"]
      : perMinute * 60 >= 1
        ? [perMinute * 60, "hour"]
        : [perMinute * 1440, "day"];
  const text = formatNumber(value, unit === "minute" && value < 10 && count > 0 ? 1 : 0);
  const noun = what ? ` ${text === "1" ? what : `${what}s`}` : "";
  return `${text}${noun} per ${unit}`;
}

/** How a chart, fact or column writes its values; a word, so that server components can pass it on. */
export type ValueFormat = "number" | "compact" | "percent" | "ms" | "bytes" | "usd" | "clock" | "date" | "exact";

const formatters: Record<ValueFormat, (value: number) => string> = {
  number: (value) => formatNumber(value),
  compact: formatCompact,
  percent: (value) => formatPercent(value),
  ms: formatDurationMs,
  bytes: formatBytes,
  usd: formatUsd,
  clock: (value) => formatClock(new Date(value)),
  date: (value) => formatDate(new Date(value), new Date()),
  exact: (value) => formatExact(new Date(value)),
};

export function formatValue(format: ValueFormat, value: number) {
  return formatters[format](value);
}
