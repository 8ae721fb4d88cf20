import type { EngineRef } from "#server/inference/client/ref.ts";
import type { EngineBeat, EngineInfo } from "#server/inference/host/contract.ts";
import type { Engine } from "#server/inference/host/engine.ts";
import type { ProbeReport } from "#server/inference/host/probe.rule.ts";

export type Loaded = {
  baseSha: string;
  state: "loading" | "ready" | "restarting";
  pid: number | null;
  info: EngineInfo | null;
  beat: EngineBeat | null;
  adapters: { adapterSha: string; probe: ProbeReport | null }[];
  pinned: boolean;
  /** calls and loads in flight */
  users: number;
  failures: number;
  memoryBytes: number;
};

/** One base of the pool: its engine, once it is there, and who holds it. */
export type Entry = {
  baseSha: string;
  starting: Promise<Engine>;
  engine: Engine | null;
  /** adapter(+probe) → its proof; belongs to one life of the engine */
  adapters: Map<string, Promise<ProbeReport | null>>;
  proved: Map<string, ProbeReport | null>;
  /** who keeps it loaded */
  pins: Set<string>;
  users: number;
  usedAt: number;
  readyAt: number;
  failures: number;
  memoryBytes: number;
};

export function describe(entry: Entry): Loaded {
  const adapters = [...entry.proved].map(([key, probe]) => ({ adapterSha: key.slice(0, 64), probe }));
  const state = entry.engine ? "ready" : entry.failures > 0 ? "restarting" : "loading";
  const { baseSha, engine, users, failures, memoryBytes } = entry;
  const life = { pid: engine?.pid ?? null, info: engine?.info ?? null, beat: engine?.beat() ?? null };
  return { baseSha, state, ...life, adapters, pinned: entry.pins.size > 0, users, failures, memoryBytes };
}

export function isIdle(entry: Entry) {
  return entry.users === 0 && entry.pins.size === 0;
}

export function adapterKey(ref: EngineRef) {
  return `${ref.adapterSha}+${ref.probeSha ?? ""}`;
}
