/** Two tokens have one gap between them, which is chance, not speed. */
const fewestTokens = 8;

/**
 * Output tokens per second after the first: (tokens − 1) ÷ (total − TTFT), the inverse of TPOT. Null where there is
 * nothing to measure: fewer tokens than tell a speed, or no time between them.
 */
export function tokensPerSecond(times: { ttftMs: number | null; totalMs: number }, outputTokens: number | null) {
  if (times.ttftMs === null || outputTokens === null || outputTokens < fewestTokens) return null;
  const ms = times.totalMs - times.ttftMs;
  return ms > 0 ? ((outputTokens - 1) * 1_000) / ms : null;
}
