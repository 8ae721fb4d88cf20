import type { DecodeContext, LoadedModel } from "#server/inference/host/addon.ts";
import { type Generation, type Job, openGeneration } from "#server/inference/host/generation.ts";

export type ContextPlan = {
  contextSize: number;
  /** parallel generations per context */
  sequences: number;
  /** contexts held at once: the base's and one for each hot adapter */
  maxContexts: number;
  batchSize: number;
  threads: number;
};

/** One context: all generations in it share an adapter, so they decode together. */
export type Group = { key: string; context: DecodeContext; live: (Generation | null)[]; lastUsed: number };
export type Waiting = { job: Job; since: number };

export type Groups = {
  all: () => Group[];
  /** Start every waiting job that finds room, oldest first; a job whose adapter cannot be loaded goes to `failed`. */
  admit: (
    waiting: Waiting[],
    on: { started: (waiting: Waiting, generation: Generation) => void; failed: (job: Job, cause: unknown) => void },
  ) => Promise<void>;
  release: (group: Group, generation: Generation) => void;
  close: () => Promise<void>;
};

/** The contexts of one base: least recently used adapters make room for new ones; a starved one gets its turn. */
export function openGroups(model: LoadedModel, plan: ContextPlan): Groups {
  const groups = new Map<string, Group>();
  let tick = 0;

  async function open(key: string, adapterPath: string | null): Promise<Group> {
    const { contextSize, sequences, batchSize, threads } = plan;
    const context = await model.openContext({ adapterPath, contextSize, sequences, batchSize, threads });
    const live = Array.from({ length: sequences }, () => null);
    const group: Group = { key, context, live, lastUsed: tick };
    groups.set(key, group);
    return group;
  }

  /** Free the context that was idle for longest; null when all are busy. */
  async function evict() {
    const idle = [...groups.values()].filter((group) => group.live.every((slot) => slot === null));
    const [oldest] = idle.sort((a, b) => a.lastUsed - b.lastUsed);
    if (!oldest) return false;
    groups.delete(oldest.key);
    await oldest.context.dispose();
    return true;
  }

  /** Nobody new enters the emptiest busy context while an older job waits for one: it drains and can be evicted. */
  function nextToDrain() {
    const busy = [...groups.values()].sort((a, b) => liveOf(a).length - liveOf(b).length || a.lastUsed - b.lastUsed);
    return busy[0];
  }

  async function roomFor(job: Job, closed: Set<Group>) {
    const key = job.adapterPath ?? "";
    const known = groups.get(key);
    if (known) return closed.has(known) ? null : known;
    if (groups.size >= plan.maxContexts && !(await evict())) {
      const draining = nextToDrain();
      if (draining) closed.add(draining);
      return null;
    }
    return open(key, job.adapterPath);
  }

  return {
    all: () => [...groups.values()],
    admit: async (waiting, on) => {
      const closed = new Set<Group>();
      for (const entry of [...waiting]) {
        const failure = { cause: null as unknown };
        const group = await roomFor(entry.job, closed).catch((cause: unknown) => {
          failure.cause = cause;
          return null;
        });
        const place = waiting.indexOf(entry);
        if (place < 0) continue; // aborted while the context was opened
        if (failure.cause !== null) {
          waiting.splice(place, 1);
          on.failed(entry.job, failure.cause);
          continue;
        }
        const sequence = group ? group.live.indexOf(null) : -1;
        if (!group || sequence < 0) continue;
        waiting.splice(place, 1);
        const generation = openGeneration(model, entry.job, sequence);
        group.live[sequence] = generation;
        group.lastUsed = ++tick;
        on.started(entry, generation);
      }
    },
    release: (group, generation) => {
      group.live[generation.sequence] = null;
      group.context.clear(generation.sequence);
      generation.sampler.dispose();
    },
    close: async () => {
      for (const group of groups.values()) await group.context.dispose();
      groups.clear();
    },
  };
}

export function liveOf(group: Group): Generation[] {
  return group.live.filter((slot) => slot !== null);
}
