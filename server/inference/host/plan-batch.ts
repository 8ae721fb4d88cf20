import type { BatchItem } from "#server/inference/host/addon.ts";
import {
  type Caller,
  type FairShare,
  isSameCaller,
  outputTokenUnits,
  promptTokenUnits,
} from "#server/inference/host/fair.rule.ts";
import { type Generation, isReading } from "#server/inference/host/generation.ts";
import { aheadUnitsOf, lanesOf, type Pace, prefillTokensOf } from "#server/inference/host/pace.rule.ts";

export type Part = { generation: Generation; item: BatchItem };
export type Batch = { parts: Part[]; decoded: number; prefilled: number };

/**
 * What one step computes, ordered by sequence: a token for those who are answering and a slice of the prompts that are
 * being read, each up to its own limit, so that neither holds up the other. Whoever was served least comes first,
 * and is charged. While somebody holds more than its share, the prompts of those who do not are read before all others;
 * who holds too much, or is ahead, gives up half of its lanes to that.
 */
export function planBatch(live: readonly Generation[], share: FairShare, pace: Pace, batchSize: number): Batch {
  const parts: Part[] = [];
  const reading = live.filter(isReading).sort((a, b) => a.admitted - b.admitted);
  const above = aboveTheirShare(live, share);
  const isAbove = ({ job }: Generation) => above.some((caller) => isSameCaller(caller, job.caller));
  const isUrgent = (generation: Generation) =>
    above.length > 0 &&
    generation.pending === null &&
    !isAbove(generation) &&
    share.lead(generation.job.caller) <= aheadUnitsOf(pace);
  const urgent = reading.filter(isUrgent);

  const lanes = Math.min(batchSize, lanesOf(pace, live.length));
  const longestAgo = (a: Generation, b: Generation) => a.lastStep - b.lastStep;
  const answering = live.filter((generation) => !isReading(generation)).sort(longestAgo);
  const givesWay = (generation: Generation) =>
    urgent.length > 0 && (isAbove(generation) || share.lead(generation.job.caller) > 0);
  const giving = answering.filter(givesWay);
  const idle = new Set(giving.slice(Math.ceil(Math.min(giving.length, lanes) / 2)));
  const decoding = answering.filter((generation) => !idle.has(generation));
  for (const generation of inFairOrder(decoding, share, lanes, () => outputTokenUnits)) {
    const tokens = Uint32Array.of(generation.pending ?? 0);
    parts.push({ generation, item: itemOf(generation, tokens, true) });
  }

  const decoded = parts.length;
  let prefilled = 0;
  const read = (prompts: readonly Generation[], most: number) => {
    const sliceOf = (of: Generation) => Math.min(most - prefilled, of.reading.length - of.position);
    const cost = (generation: Generation) => sliceOf(generation) * promptTokenUnits;
    for (const generation of inFairOrder(prompts, share, most > prefilled ? prompts.length : 0, cost)) {
      const { reading: prompt, position, pending } = generation;
      const tokens = prompt.subarray(position, position + sliceOf(generation));
      const last = position + tokens.length === prompt.length;
      parts.push({ generation, item: itemOf(generation, tokens, last && pending === null) });
      prefilled += tokens.length;
      if (prefilled >= most) break;
    }
  };
  if (urgent.length > 0) read(urgent, prefillTokensOf(pace, decoded, batchSize, true));
  const others = reading.filter((generation) => !urgent.includes(generation));
  read(others, prefillTokensOf(pace, decoded, batchSize));
  parts.sort((a, b) => a.item.sequence - b.item.sequence);
  return { parts, decoded, prefilled };
}

/** Callers who hold more of the places that are taken than they are entitled to. */
function aboveTheirShare(live: readonly Generation[], share: FairShare): Caller[] {
  const callers: { caller: Caller; holds: number }[] = [];
  for (const { job } of live) {
    const known = callers.find(({ caller }) => isSameCaller(caller, job.caller));
    if (known) known.holds += 1;
    else callers.push({ caller: job.caller, holds: 1 });
  }
  return callers
    .filter(({ caller, holds }) => holds > share.entitlement(caller, live.length))
    .map(({ caller }) => caller);
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
