import { promptTokenUnits } from "#server/inference/host/fair.rule.ts";

/** A step is short enough that whoever comes now hardly waits for it; so many lanes are decoded in any case. */
const stepMs = 10;
const lanesAlways = 8;
/** What the prompts in one step may add to everybody's wait for the next token; half of the promised 100 ms. */
const prefillMsAtMost = 50;
const prefillAloneMs = 40;
/** What the prompts of those who are held up by others may take at least: a short one is read in one step. */
const prefillUrgentMs = 20;
/** By so much of the machine's time they may get ahead with it before they wait for their turn. */
const aheadMsAtMost = 2_000;
const prefillTokensAtLeast = 8;
/** New measurements count for this much; what turns out cheaper than thought counts for more, lest slices grow too long. */
const weight = 0.2;
const cheaperWeight = 0.5;
/** After so many steps with prompts one decodes alone: only such a step tells what decoding costs. */
const mixedAtMost = 16;

/** What one token costs on this machine now, milliseconds; null until it was seen. */
export type Pace = {
  decodeMs: number | null;
  /** sequences that the decoding step had from which `decodeMs` is known: more of them cost less each */
  lanes: number;
  prefillMs: number | null;
  /** steps with prompts since the last one without */
  mixed: number;
};
export const unknownPace: Pace = { decodeMs: null, lanes: 0, prefillMs: null, mixed: 0 };

/**
 * Learn from a step: prompts are charged what it took beyond its decoded tokens. Where less is known of decoding than was
 * decoded, what is left over counts as the prompts', so that they are rather taken for too dear.
 */
export function learn(pace: Pace, step: { decoded: number; prefilled: number; ms: number }): Pace {
  const { decoded, prefilled, ms } = step;
  if (prefilled > 0) {
    const decodingMs = Math.min(decoded, pace.lanes) * (pace.decodeMs ?? 0);
    const rest = Math.max(ms - decodingMs, ms * 0.1);
    return { ...pace, prefillMs: blend(pace.prefillMs, rest / prefilled, weight), mixed: pace.mixed + 1 };
  }
  if (decoded === 0) return pace;
  const seen = ms / decoded;
  const isAlike = pace.decodeMs !== null && decoded < 2 * pace.lanes && pace.lanes < 2 * decoded;
  const counts = seen < (pace.decodeMs ?? 0) ? cheaperWeight : weight;
  return { ...pace, decodeMs: isAlike ? blend(pace.decodeMs, seen, counts) : seen, lanes: decoded, mixed: 0 };
}

/** How many sequences one step decodes at most: more than always only where that keeps it short. */
export function lanesOf({ decodeMs }: Pace, sequences: number): number {
  const affordable = decodeMs === null ? lanesAlways : Math.floor(stepMs / decodeMs);
  return Math.min(sequences, Math.max(lanesAlways, affordable));
}

/** Units of work by which a caller may be ahead and still have its first tokens before others' work. */
export function aheadUnitsOf({ prefillMs }: Pace): number {
  return prefillMs === null ? 0 : (aheadMsAtMost / prefillMs) * promptTokenUnits;
}

/**
 * How many prompt tokens one step reads beside `decoded` others: what is left of a short step, about as long as the
 * decoding where that is slow, longer when they are `urgent`, and never so long that a live stream would feel it. None now
 * and then, when it has to be seen what decoding so many costs.
 */
export function prefillTokensOf(pace: Pace, decoded: number, batchSize: number, urgent = false): number {
  const { decodeMs, prefillMs, lanes, mixed } = pace;
  const room = batchSize - decoded;
  if (decoded > 0 && (decoded >= 2 * lanes || mixed >= mixedAtMost)) return 0;
  if (prefillMs === null) return Math.min(room, prefillTokensAtLeast * 4);
  const decodingMs = decoded * (decodeMs ?? 0);
  const atLeastMs = urgent ? prefillUrgentMs : stepMs / 2;
  const beside = Math.max(stepMs - decodingMs, decodingMs - stepMs / 2, atLeastMs);
  const ms = decoded === 0 ? prefillAloneMs : Math.min(prefillMsAtMost, beside);
  const tokens = Math.floor(ms / prefillMs);
  const atLeast = Math.max(1, Math.min(prefillTokensAtLeast, Math.floor(prefillMsAtMost / prefillMs)));
  return Math.max(1, Math.min(room, Math.max(atLeast, tokens)));
}

function blend(old: number | null, seen: number, counts: number) {
  return old === null ? seen : old + (seen - old) * counts;
}
