/** A step is short enough that whoever comes now hardly waits for it; so many lanes are decoded in any case. */
const stepMs = 10;
const lanesAlways = 8;
/** What the prompts in one step may add to everybody's wait for the next token; half of the promised 100 ms. */
const prefillMsAtMost = 50;
const prefillAloneMs = 40;
const prefillTokensAtLeast = 8;
/** New measurements count for this much. */
const weight = 0.2;

/** What one token costs on this machine now, milliseconds; null until it was seen. */
export type Pace = { decodeMs: number | null; prefillMs: number | null };
export const unknownPace: Pace = { decodeMs: null, prefillMs: null };

/** Learn from a step: prompts are charged what it took beyond its decoded tokens. */
export function learn(pace: Pace, step: { decoded: number; prefilled: number; ms: number }): Pace {
  const { decoded, prefilled, ms } = step;
  if (prefilled === 0) return decoded === 0 ? pace : { ...pace, decodeMs: blend(pace.decodeMs, ms / decoded) };
  const rest = Math.max(ms - decoded * (pace.decodeMs ?? 0), ms * 0.1);
  return { ...pace, prefillMs: blend(pace.prefillMs, rest / prefilled) };
}

/** How many sequences one step decodes at most: more than always only where that keeps it short. */
export function lanesOf({ decodeMs }: Pace, sequences: number): number {
  const affordable = decodeMs === null ? lanesAlways : Math.floor(stepMs / decodeMs);
  return Math.min(sequences, Math.max(lanesAlways, affordable));
}

/**
 * How many prompt tokens one step reads beside `decoded` others: as long as the decoding takes, or what is left of a
 * short step, and never so long that a live stream would feel it.
 */
export function prefillTokensOf({ decodeMs, prefillMs }: Pace, decoded: number, batchSize: number): number {
  const room = batchSize - decoded;
  if (prefillMs === null) return Math.min(room, prefillTokensAtLeast * 4);
  const decodingMs = decoded * (decodeMs ?? 0);
  const ms =
    decoded === 0 ? prefillAloneMs : Math.min(prefillMsAtMost, Math.max(stepMs - decodingMs, decodingMs, stepMs / 2));
  const tokens = Math.floor(ms / prefillMs);
  const atLeast = Math.max(1, Math.min(prefillTokensAtLeast, Math.floor(prefillMsAtMost / prefillMs)));
  return Math.max(1, Math.min(room, Math.max(atLeast, tokens)));
}

function blend(old: number | null, seen: number) {
  return old === null ? seen : old + (seen - old) * weight;
}
