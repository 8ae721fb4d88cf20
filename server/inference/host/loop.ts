import type { LoadedModel } from "#server/inference/host/addon.ts";
import type { Delta, Finished, TokenReport } from "#server/inference/host/contract.ts";
import { type Caller, fairShare } from "#server/inference/host/fair.rule.ts";
import { acceptToken, type Generation, type Job, reportToken } from "#server/inference/host/generation.ts";
import { type ContextPlan, type Group, liveOf, openGroups, type Waiting } from "#server/inference/host/groups.ts";
import { learn, type Pace, unknownPace } from "#server/inference/host/pace.rule.ts";
import { type Batch, type Part, planBatch } from "#server/inference/host/plan-batch.ts";
import { flooding, overloaded, refusal, type WireError } from "#server/inference/host/refusal.ts";
import { inTurns, roomFor, type WaitingLimits } from "#server/inference/host/waiting.rule.ts";

const retryAtMostSeconds = 60;

export type LoopEvents = {
  /** it waits for a place */
  accepted: (id: string, promptTokens: number) => void;
  started: (id: string, queueMs: number) => void;
  /** everything one step produced */
  stepped: (deltas: Delta[], finished: Finished[]) => void;
  failed: (id: string, error: WireError) => void;
};
type LoopStats = {
  live: number;
  queued: number;
  /** ids of the jobs without a place, in the order in which they would get one */
  waiting: string[];
  contexts: number;
  steps: number;
  busyForMs: number;
};
export type Loop = {
  submit: (job: Job) => void;
  abort: (id: string) => void;
  stats: () => LoopStats;
  close: () => Promise<void>;
};

/**
 * Continuous batching: every step decodes a token of the live generations of one context, in the order of their
 * sequences, together with the next slices of prompts being read. Which context, which generations and who gets a free
 * place is decided by what their callers were served so far. New work enters and aborted work leaves between any two
 * steps.
 */
export function startLoop(
  model: LoadedModel,
  plan: ContextPlan & { waiting: WaitingLimits; now?: () => number },
  events: LoopEvents,
): Loop {
  const now = plan.now ?? (() => performance.now());
  const share = fairShare();
  const groups = openGroups(model, plan, share);
  const waiting: Waiting[] = [];
  let wake = () => {};
  let closed = false;
  /** something came or went since places were last given out */
  let unsettled = true;
  let pace: Pace = unknownPace;
  let steps = 0;
  let startedAt = now();
  let msBetweenStarts = 0;
  let decodingSince: number | null = null;

  async function run() {
    while (!closed) {
      if (unsettled) await givePlaces();
      const group = nextGroup();
      if (group) await step(group);
      else if (!unsettled && !closed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    await groups.close();
  }

  async function givePlaces() {
    for (const group of groups.all())
      for (const generation of liveOf(group)) if (generation.aborted) leave(group, generation);
    unsettled = false;
    await groups.admit(waiting, {
      started: (entry) => {
        const at = now();
        msBetweenStarts += (Math.min(at - startedAt, 1_000 * retryAtMostSeconds) - msBetweenStarts) * 0.1;
        startedAt = at;
        events.started(entry.job.id, at - entry.since);
      },
      failed: (entry, cause) => {
        dismiss(entry);
        events.failed(entry.job.id, adapterError(cause));
      },
    });
  }

  /** The context in which somebody was served least; among equals the one whose last step is longest ago. */
  function nextGroup(): Group | null {
    let best: { group: Group; caller: Caller } | null = null;
    for (const group of groups.all()) {
      for (const { job } of liveOf(group)) {
        const order = best ? share.compare(job.caller, best.caller) || group.lastStep - best.group.lastStep : -1;
        if (order < 0) best = { group, caller: job.caller };
      }
    }
    return best?.group ?? null;
  }

  async function step(group: Group) {
    group.lastStep = ++steps;
    const batch = planBatch(liveOf(group), share, pace, plan.batchSize);
    if (batch.parts.length > 0) await advance(group, batch);
  }

  /** Decode a batch. When llama.cpp refuses it, each part is tried alone: one bad sequence ends no other. */
  async function advance(group: Group, batch: Batch): Promise<void> {
    const { parts } = batch;
    decodingSince = now();
    const decoded = await group.context.decode(parts.map((part) => part.item)).catch((cause: unknown) => ({ cause }));
    const since = decodingSince;
    decodingSince = null;
    if ("cause" in decoded) {
      const alone = (part: Part): Batch => ({ parts: [part], decoded: 0, prefilled: 0 });
      if (parts.length > 1) for (const part of parts) await advance(group, alone(part));
      else for (const { generation } of parts) fail(group, generation, decoded.cause);
      return;
    }
    const reads = parts.map(async ({ generation, item }, i) => {
      const index = decoded[i] ?? null;
      generation.position += item.tokens.length;
      generation.lastStep = steps;
      return index === null ? null : readToken(group, generation, index);
    });
    // All of them: a sampler must not be freed while a thread still draws from it.
    const settled = await Promise.allSettled(reads);
    pace = learn(pace, { ...batch, ms: now() - since });
    settle(group, parts, settled);
  }

  async function readToken(group: Group, generation: Generation, index: number): Promise<Read> {
    const token = await group.context.sample(index, generation.sampler);
    const top = generation.job.topLogprobs;
    if (top === null || token < 0) return { token, report: null };
    return {
      token,
      report: reportToken(model, token, await group.context.logprobs(index, generation.sampler, token, top)),
    };
  }

  function settle(group: Group, batch: readonly Part[], reads: PromiseSettledResult<Read | null>[]) {
    const deltas: Delta[] = [];
    const finished: Finished[] = [];
    for (const [i, { generation }] of batch.entries()) {
      const settled = reads[i];
      if (settled?.status === "rejected") fail(group, generation, settled.reason);
      if (settled?.status !== "fulfilled" || !settled.value || generation.aborted) continue;
      const read = settled.value;
      const { text, logprobs, finish } = acceptToken(model, generation, read.token, read.report);
      const { id } = generation.job;
      deltas.push({ id, text, token: read.token, logprobs });
      if (!finish) continue;
      leave(group, generation);
      finished.push({ id, finish, completionTokens: generation.generated });
    }
    events.stepped(deltas, finished);
  }

  function fail(group: Group, generation: Generation, cause: unknown) {
    leave(group, generation);
    if (generation.aborted) return;
    const message = `the engine failed while generating: ${cause instanceof Error ? cause.message : String(cause)}`;
    events.failed(generation.job.id, refusal(500, message, { code: "engine_failed" }).wire);
  }

  function leave(group: Group, generation: Generation) {
    groups.release(group, generation);
    share.leave(generation.job.caller);
    unsettled = true;
  }

  /** A job that has no place goes. */
  function dismiss(entry: Waiting) {
    const place = waiting.indexOf(entry);
    if (place >= 0) waiting.splice(place, 1);
    entry.begun?.sampler.dispose();
    share.leave(entry.caller);
    unsettled = true;
  }

  /** About when a part of what this caller has waiting will have begun. */
  function retryAfterSeconds(queued: number) {
    return Math.min(retryAtMostSeconds, Math.max(1, Math.round((queued * msBetweenStarts) / 8_000)));
  }

  const running = run();
  return {
    submit: (job) => {
      const { caller } = job;
      const fresh = waiting.filter((entry) => entry.begun === null);
      const room = roomFor(fresh, caller, plan.waiting);
      if (room.give === "none") {
        const { because, waiting: own } = room;
        const message = `this key has ${own} requests waiting already: send fewer at once`;
        const full = `${fresh.length} requests are waiting already; try again soon`;
        const refused = because === "share" ? flooding(message, retryAfterSeconds(own)) : overloaded(full);
        return events.failed(job.id, refused.wire);
      }
      if (room.give === "place of") {
        const { evicted } = room;
        dismiss(evicted);
        const message = "too many requests are waiting, most of them from this key: send fewer at once";
        events.failed(evicted.job.id, flooding(message, retryAfterSeconds(plan.waiting.perKey)).wire);
      }
      share.enter(caller);
      waiting.push({ job, caller, since: now(), begun: null });
      events.accepted(job.id, job.tokens.length);
      unsettled = true;
      wake();
    },
    abort: (id) => {
      const entry = waiting.find(({ job }) => job.id === id);
      if (entry) dismiss(entry);
      for (const group of groups.all())
        for (const generation of liveOf(group)) if (generation.job.id === id) generation.aborted = true;
      unsettled = true;
      wake();
    },
    stats: () => {
      const all = groups.all();
      const live = all.reduce((sum, group) => sum + liveOf(group).length, 0);
      const busyForMs = decodingSince === null ? 0 : now() - decodingSince;
      const order = inTurns(waiting, share.compare).map(({ job }) => job.id);
      return { live, queued: waiting.length, waiting: order, contexts: all.length, steps, busyForMs };
    },
    close: async () => {
      closed = true;
      wake();
      await running;
    },
  };
}

type Read = { token: number; report: TokenReport | null };
function adapterError(cause: unknown): WireError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return refusal(500, `the adapter could not be loaded: ${message}`, { code: "adapter_failed" }).wire;
}
