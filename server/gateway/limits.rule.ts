/** A token bucket: `level` of `capacity` at `atMs`, refilled evenly over a minute. */
export type Bucket = { level: number; atMs: number };

const minuteMs = 60_000;

/** The bucket's level at `nowMs`; a bucket never seen is full. It may stand below 0 after a large call. */
export function levelAt(bucket: Bucket | null, perMinute: number, nowMs: number): number {
  if (!bucket) return perMinute;
  return Math.min(perMinute, bucket.level + ((nowMs - bucket.atMs) * perMinute) / minuteMs);
}

/** Seconds until at least `wanted` is there, rounded up to a whole second for `Retry-After`. */
export function secondsUntil(level: number, wanted: number, perMinute: number): number {
  return level >= wanted ? 0 : Math.max(1, Math.ceil(((wanted - level) * minuteMs) / perMinute / 1_000));
}

/** Time until a bucket is full again as OpenAI writes it: `12ms`, `6.5s`, `1m30s`. */
export function resetText(level: number, perMinute: number): string {
  const ms = Math.ceil(((perMinute - level) * minuteMs) / perMinute);
  if (ms <= 0) return "0s";
  if (ms < 1_000) return `${ms}ms`;
  if (ms < minuteMs) return `${Math.round(ms / 100) / 10}s`;
  return `${Math.floor(ms / minuteMs)}m${Math.round((ms % minuteMs) / 1_000)}s`;
}
