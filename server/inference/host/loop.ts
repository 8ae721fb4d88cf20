import type { BatchItem, LoadedModel } from "#server/inference/host/addon.ts";
import {
  acceptToken,
  type Delta,
  type FinishReason,
  type Generation,
  type Job,
  reportToken,
  type TokenReport,
} from "#server/inference/host/generation.ts";
import { type ContextPlan, type Group, liveOf, openGroups, type Waiting } from "#server/inference/host/groups.ts";
import { overloaded, refusal, type WireError } from "#server/inference/host/refusal.ts";

/** While others are waiting for their next token, a prompt advances in slices of this many tokens. */
const sharedPrefillTokens = 128;

export type Finished = { id: string; finish: FinishReason; completionTokens: number };
export type LoopEvents = {
  started: (id: string, promptTokens: number, queueMs: number) => void;
  /** everything one step produced */
  stepped: (deltas: Delta[], finished: Finished[]) => void;
  failed: (id: string, error: WireError) => void;
};
type LoopStats = { live: number; queued: number; contexts: number; steps: number; busyForMs: number };
export type Loop = {
  submit: (job: Job) => void;
  abort: (id: string) => void;
  stats: () => LoopStats;
  close: () => Promise<void>;
};

/**
 * Continuous batching: every step decodes one token of all live generations of one context, in the order of their
 * sequences, together with the next slices of prompts being read; contexts take turns. New work enters and aborted
 * work leaves between any two steps.
 */
export function startLoop(
  model: LoadedModel,
  plan: ContextPlan & { maxWaiting: number; now?: () => number },
  events: LoopEvents,
): Loop {
  const now = plan.now ?? (() => performance.now());
  const groups = openGroups(model, plan);
  const waiting: Waiting[] = [];
  let wake = () => {};
  let closed = false;
  let turn = 0;
  let steps = 0;
  let decodingSince: number | null = null;

  async function run() {
    while (!closed) {
      await groups.admit(waiting, {
        started: (entry, generation) => events.started(entry.job.id, generation.job.tokens.length, now() - entry.since),
        failed: (job, cause) => events.failed(job.id, adapterError(cause)),
      });
      const busy = groups.all().filter((group) => liveOf(group).length > 0);
      const group = busy[turn++ % Math.max(1, busy.length)];
      if (group) await step(group);
      else if (waiting.length === 0 && !closed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    await groups.close();
  }

  async function step(group: Group) {
    for (const generation of liveOf(group)) if (generation.aborted) groups.release(group, generation);
    const batch = planBatch(liveOf(group), plan.batchSize);
    if (batch.length > 0) await advance(group, batch);
  }

  /** Decode a batch. When llama.cpp refuses it, each part is tried alone: one bad sequence ends no other. */
  async function advance(group: Group, batch: readonly Part[]): Promise<void> {
    steps += 1;
    decodingSince = now();
    const decoded = await group.context.decode(batch.map((part) => part.item)).catch((cause: unknown) => ({ cause }));
    decodingSince = null;
    if ("cause" in decoded) {
      if (batch.length > 1) for (const part of batch) await advance(group, [part]);
      else for (const { generation } of batch) fail(group, generation, decoded.cause);
      return;
    }
    const reads = batch.map(async ({ generation, item }, i) => {
      const index = decoded[i] ?? null;
      generation.position += item.tokens.length;
      return index === null ? null : readToken(group, generation, index);
    });
    // All of them: a sampler must not be freed while a thread still draws from it.
    settle(group, batch, await Promise.allSettled(reads));
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
      const { text, finish } = acceptToken(model, generation, read.token);
      const { id } = generation.job;
      const shown = read.token >= 0 && !model.isEndOfGeneration(read.token);
      deltas.push({ id, text, token: read.token, logprobs: shown && read.report ? [read.report] : [] });
      if (!finish) continue;
      groups.release(group, generation);
      finished.push({ id, finish, completionTokens: generation.generated });
    }
    events.stepped(deltas, finished);
  }

  function fail(group: Group, generation: Generation, cause: unknown) {
    groups.release(group, generation);
    if (generation.aborted) return;
    const message = `the engine failed while generating: ${cause instanceof Error ? cause.message : String(cause)}`;
    events.failed(generation.job.id, refusal(500, message, { code: "engine_failed" }).wire);
  }

  const running = run();
  return {
    submit: (job) => {
      if (waiting.length >= plan.maxWaiting) {
        events.failed(job.id, overloaded(`${plan.maxWaiting} requests are waiting already; try again soon`).wire);
        return;
      }
      waiting.push({ job, since: now() });
      wake();
    },
    abort: (id) => {
      const place = waiting.findIndex((entry) => entry.job.id === id);
      if (place >= 0) waiting.splice(place, 1);
      for (const group of groups.all())
        for (const generation of liveOf(group)) if (generation.job.id === id) generation.aborted = true;
      wake();
    },
    stats: () => {
      const all = groups.all();
      const live = all.reduce((sum, group) => sum + liveOf(group).length, 0);
      const busyForMs = decodingSince === null ? 0 : now() - decodingSince;
      return { live, queued: waiting.length, contexts: all.length, steps, busyForMs };
    },
    close: async () => {
      closed = true;
      wake();
      await running;
    },
  };
}

type Read = { token: number; report: TokenReport | null };
type Part = { generation: Generation; item: BatchItem };

/** One token for everybody who generates, and prompt slices in what is left, ordered by sequence. */
function planBatch(live: readonly Generation[], batchSize: number): Part[] {
  const parts: Part[] = [];
  for (const generation of live) {
    if (generation.pending === null) continue;
    const tokens = Uint32Array.of(generation.pending);
    parts.push({
      generation,
      item: { sequence: generation.sequence, position: generation.position, tokens, logits: true },
    });
  }
  let room = parts.length === 0 ? batchSize : Math.min(sharedPrefillTokens, batchSize - parts.length);
  for (const generation of live) {
    if (generation.pending !== null || room <= 0) continue;
    const { tokens: prompt } = generation.job;
    const tokens = prompt.subarray(generation.position, generation.position + room);
    const logits = generation.position + tokens.length === prompt.length;
    parts.push({ generation, item: { sequence: generation.sequence, position: generation.position, tokens, logits } });
    room -= tokens.length;
  }
  return parts.sort((a, b) => a.item.sequence - b.item.sequence);
}

function adapterError(cause: unknown): WireError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return refusal(500, `the adapter could not be loaded: ${message}`, { code: "adapter_failed" }).wire;
}
