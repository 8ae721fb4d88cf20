import type { DecodeContext, LoadedModel } from "#server/inference/host/addon.ts";
import { type Caller, type FairShare, isSameCaller } from "#server/inference/host/fair.rule.ts";
import { type Generation, type Job, openGeneration, setBack } from "#server/inference/host/generation.ts";

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
export type Group = {
  key: string;
  context: DecodeContext;
  live: (Generation | null)[];
  lastUsed: number;
  lastStep: number;
};

/** A job without a place; `begun` when it had one and gave it to another caller. */
export type Waiting = { job: Job; caller: Caller; since: number; begun: Generation | null };

type Placed = {
  started: (waiting: Waiting) => void;
  failed: (waiting: Waiting, cause: unknown) => void;
};

export type Groups = {
  all: () => Group[];
  /**
   * Give every free place to the waiting job whose caller holds and got least. A caller below its share takes a place
   * from one above its own. A job whose adapter cannot be loaded goes to `failed`.
   */
  admit: (waiting: Waiting[], on: Placed) => Promise<void>;
  release: (group: Group, generation: Generation) => void;
  close: () => Promise<void>;
};

/** The contexts of one base: least recently used adapters make room for new ones; a starved one gets its turn. */
export function openGroups(model: LoadedModel, plan: ContextPlan, share: FairShare): Groups {
  const groups = new Map<string, Group>();
  let tick = 0;

  async function open(key: string, adapterPath: string | null): Promise<Group> {
    const { contextSize, sequences, batchSize, threads } = plan;
    const context = await model.openContext({ adapterPath, contextSize, sequences, batchSize, threads });
    const live = Array.from({ length: sequences }, () => null);
    const group: Group = { key, context, live, lastUsed: tick, lastStep: 0 };
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

  /** Nobody new enters the emptiest busy context while a job that comes first waits for one: it drains. */
  function nextToDrain() {
    const busy = [...groups.values()].sort((a, b) => liveOf(a).length - liveOf(b).length || a.lastUsed - b.lastUsed);
    return busy[0];
  }

  async function groupFor(job: Job, closed: Set<Group>) {
    const key = keyOf(job);
    const known = groups.get(key);
    if (known) return closed.has(known) ? null : known;
    if (groups.size >= plan.maxContexts && !(await evict())) {
      const draining = nextToDrain();
      if (draining) closed.add(draining);
      return null;
    }
    return open(key, job.adapterPath);
  }

  /** A free place, or the place of the caller furthest above its share when this one is below its own. */
  function placeIn(group: Group, caller: Caller, waiting: Waiting[]): number {
    const free = group.live.indexOf(null);
    if (free >= 0) return free;
    const held = (whose: Caller) => liveOf(group).filter(({ job }) => isSameCaller(job.caller, whose)).length;
    if (held(caller) + 1 > Math.max(1, share.entitlement(caller, plan.sequences))) return -1;
    const excess = ({ job }: Generation) => {
      const holds = held(job.caller);
      return holds < 2 ? 0 : holds - share.entitlement(job.caller, plan.sequences);
    };
    const [victim] = liveOf(group)
      .filter(({ aborted }) => !aborted) // it leaves before the next step; set back, it would wait for a place to leave
      .map((generation) => ({ generation, over: excess(generation) }))
      .filter(({ over }) => over > 0)
      .sort((a, b) => b.over - a.over || a.generation.position - b.generation.position);
    if (!victim) return -1;
    const { generation } = victim;
    group.live[generation.sequence] = null;
    group.context.clear(generation.sequence);
    setBack(generation);
    const { job } = generation;
    waiting.unshift({ job, caller: job.caller, since: 0, begun: generation });
    return generation.sequence;
  }

  function heldBy(caller: Caller) {
    let project = 0;
    let key = 0;
    for (const group of groups.values())
      for (const { job } of liveOf(group)) {
        if (job.caller.projectId !== caller.projectId) continue;
        project += 1;
        if (job.caller.keyId === caller.keyId) key += 1;
      }
    return { project, key };
  }

  /** The oldest job of the caller that holds least, then of the one that got least; `blocked` ones wait. */
  function next(waiting: readonly Waiting[], blocked: ReadonlySet<string>): Waiting | null {
    const heads = new Map<string, Waiting>();
    for (const entry of waiting) {
      const name = nameOf(entry.caller);
      if (!heads.has(name) && !blocked.has(blockOf(entry))) heads.set(name, entry);
    }
    const ranked = [...heads.values()].map((entry) => ({ entry, held: heldBy(entry.caller) }));
    ranked.sort(
      (a, b) =>
        a.held.project - b.held.project ||
        a.held.key - b.held.key ||
        share.compare(a.entry.caller, b.entry.caller) ||
        a.entry.since - b.entry.since,
    );
    return ranked[0]?.entry ?? null;
  }

  return {
    all: () => [...groups.values()],
    admit: async (waiting, on) => {
      const closed = new Set<Group>();
      const blocked = new Set<string>();
      for (let entry = next(waiting, blocked); entry; entry = next(waiting, blocked)) {
        const failure = { cause: null as unknown };
        const group = await groupFor(entry.job, closed).catch((cause: unknown) => {
          failure.cause = cause;
          return null;
        });
        if (!waiting.includes(entry)) continue; // aborted while the context was opened
        if (failure.cause !== null) {
          waiting.splice(waiting.indexOf(entry), 1);
          on.failed(entry, failure.cause);
          continue;
        }
        const sequence = group ? placeIn(group, entry.caller, waiting) : -1;
        if (!group || sequence < 0) {
          blocked.add(blockOf(entry));
          continue;
        }
        waiting.splice(waiting.indexOf(entry), 1);
        const generation = entry.begun ?? openGeneration(model, entry.job, sequence);
        generation.sequence = sequence;
        group.live[sequence] = generation;
        group.lastUsed = ++tick;
        generation.admitted = tick;
        if (!entry.begun) on.started(entry);
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

function keyOf(job: Job) {
  return job.adapterPath ?? "";
}

function nameOf({ projectId, keyId }: Caller) {
  return `${projectId}\n${keyId}`;
}

/** Jobs that find no place for the same reason. */
function blockOf({ job, caller }: Waiting) {
  return `${nameOf(caller)}\n${keyOf(job)}`;
}
