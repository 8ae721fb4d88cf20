import type { BatchItem } from "#server/inference/host/addon.ts";
import { type FairShare, outputTokenUnits, promptTokenUnits } from "#server/inference/host/fair.rule.ts";
import { type Generation, isReading } from "#server/inference/host/generation.ts";
import { lanesOf, type Pace, prefillTokensOf } from "#server/inference/host/pace.rule.ts";

export type Part = { generation: Generation; item: BatchItem };
export type Batch = { parts: Part[]; decoded: number; prefilled: number };

/**
 * What one step computes, ordered by sequence: a token for those who are answering and a slice of the prompts that are
 * being read, each up to its own limit, so that neither holds up the other. Whoever was served least comes first,
 * and is charged.
 */
export function planBatch(live: readonly Generation[], share: FairShare, pace: Pace, batchSize: number): Batch {
  const parts: Part[] = [];
  const answering = live.filter((generation) => !isReading(generation));
  const lanes = Math.min(batchSize, lanesOf(pace, live.length));
  const longestAgo = (a: Generation, b: Generation) => a.lastStep - b.lastStep;
  for (const generation of inFairOrder(answering.sort(longestAgo), share, lanes, () => outputTokenUnits)) {
    const tokens = Uint32Array.of(generation.pending ?? 0);
    parts.push({ generation, item: itemOf(generation, tokens, true) });
  }
  const decoded = parts.length;
  const all = prefillTokensOf(pace, decoded, batchSize);
  let room = all;
  const sliceOf = ({ reading, position }: Generation) => Math.min(room, reading.length - position);
  const cost = (generation: Generation) => sliceOf(generation) * promptTokenUnits;
  const reading = live.filter(isReading).sort((a, b) => a.admitted - b.admitted);
  for (const generation of inFairOrder(reading, share, all > 0 ? reading.length : 0, cost)) {
    const { reading: prompt, position, pending } = generation;
    const tokens = prompt.subarray(position, position + sliceOf(generation));
    const last = position + tokens.length === prompt.length;
    parts.push({ generation, item: itemOf(generation, tokens, last && pending === null) });
    room -= tokens.length;
    if (room <= 0) break;
  }
  parts.sort((a, b) => a.item.sequence - b.item.sequence);
  return { parts, decoded, prefilled: all - room };
}

/** At most `most` of them: always the least served caller's next, within a caller in the order given. */
function* inFairOrder(
  generations: readonly Generation[],
  share: FairShare,
  most: number,
  unitsOf: (generation: Generation) => number,
): Generator<Generation> {
  const left = [...generations];
  for (let taken = 0; taken < most && left.length > 0; taken++) {
    let best = 0;
    for (let i = 1; i < left.length; i++) {
      const [challenger, leader] = [left[i], left[best]];
      if (challenger && leader && share.compare(challenger.job.caller, leader.job.caller) < 0) best = i;
    }
    const [generation] = left.splice(best, 1);
    if (!generation) return;
    share.charge(generation.job.caller, unitsOf(generation));
    yield generation;
  }
}

function itemOf({ sequence, position }: Generation, tokens: Uint32Array, logits: boolean): BatchItem {
  return { sequence, position, tokens, logits };
}
