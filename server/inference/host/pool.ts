import { readGgufHeader } from "#server/inference/client/gguf-header.ts";
import type { EngineRef } from "#server/inference/client/ref.ts";
import { openBackOff, retryMs } from "#server/inference/host/back-off.ts";
import { type ContextLimits, cutContexts } from "#server/inference/host/contexts.rule.ts";
import type { EngineInfo, EngineSettings } from "#server/inference/host/contract.ts";
import { type Engine, startEngine } from "#server/inference/host/engine.ts";
import { adapterKey, describe, type Entry, isIdle, type Loaded } from "#server/inference/host/entry.ts";
import type { ProbeReport } from "#server/inference/host/probe.rule.ts";
import { isFile, notFound, proveAdapter } from "#server/inference/host/prove-adapter.ts";
import { overloaded, refusal } from "#server/inference/host/refusal.ts";
import { log } from "#server/log.ts";

const idleSweepMs = 30_000;
/** A child that answered for this long was fine: its next crash is a first one. */
const stableMs = 60_000;
/** Weights are mapped once; the rest is the process itself and its compute buffers. */
const processBytes = 160 * 1024 * 1024;

export type PoolSettings = Pick<EngineSettings, "threads" | "cuda" | "waiting"> &
  ContextLimits & {
    memoryBytes: number;
    /** an unpinned base unused for this long is unloaded */
    idleMs: number;
    pathOf: (sha256: string) => string;
  };

type LoadReport = { status: "ready"; info: EngineInfo; memoryBytes: number; probe: ProbeReport | null };
/** Opens a ref's engine and gives the adapter's path in it. Throws a Refusal that can go to the client as it is. */
export type EnginePool = {
  open: (ref: EngineRef) => Promise<{ engine: Engine; adapterPath: string | null; leave: () => void }>;
  /** Load, prove and keep for a holder (a replica's id): two projects' replicas may well hold the same files. */
  load: (ref: EngineRef, holder: string, probing?: () => void) => Promise<LoadReport>;
  /** Let go what a holder keeps; the base leaves memory when nobody else holds or uses it. */
  unload: (holder: string) => Promise<void>;
  isReady: (ref: EngineRef) => boolean;
  loaded: () => Loaded[];
  /** Called whenever an engine came up or went down. */
  onChange: (fn: () => void) => void;
  close: () => Promise<void>;
};

/** One engine child per base, started on first use, restarted with back-off after a crash, unloaded when idle. */
export function openPool(settings: PoolSettings): EnginePool {
  const entries = new Map<string, Entry>();
  const backOff = openBackOff();
  const changed = new Set<() => void>();
  let closed = false;
  const tell = () => {
    for (const fn of changed) fn();
  };

  function entryOf(baseSha: string, failures = 0, delayMs = 0): Entry {
    const existing = entries.get(baseSha);
    if (existing) return existing;
    const parts = { adapters: new Map(), proved: new Map(), pins: new Set<string>(), engine: null };
    const counts = { users: 0, usedAt: performance.now(), readyAt: 0, failures, memoryBytes: 0 };
    const entry: Entry = { baseSha, starting: later(delayMs).then(() => start(entry)), ...parts, ...counts };
    entry.starting.catch(() => {}); // whoever opens it hears of it
    entries.set(baseSha, entry);
    return entry;
  }

  async function start(entry: Entry): Promise<Engine> {
    const { baseSha } = entry;
    try {
      const path = settings.pathOf(baseSha);
      if (!(await isFile(path))) throw refusal(404, "this host does not have the model's file", notFound);
      const header = await readGgufHeader(path);
      if (header.type !== "model") throw new Error("the file is an adapter, not a model");
      const { kvBytes, ...cut } = cutContexts(header, settings);
      entry.memoryBytes = header.fileBytes + kvBytes + processBytes;
      await makeRoom(entry);
      const { threads, cuda, waiting } = settings;
      const engine = await startEngine({ basePath: path, threads, cuda, waiting, ...cut }, (why) => died(entry, why));
      entry.engine = engine;
      entry.readyAt = performance.now();
      backOff.forget(baseSha);
      log.info({ baseSha, pid: engine.pid, ...engine.info }, "inference.engine_ready");
      tell();
      return engine;
    } catch (cause) {
      entries.delete(baseSha);
      throw backOff.remember(baseSha, cause);
    }
  }

  function died(entry: Entry, why: string) {
    entries.delete(entry.baseSha);
    if (closed) return;
    const stable = entry.engine && performance.now() - entry.readyAt > stableMs;
    const failures = stable ? 1 : entry.failures + 1;
    const delayMs = retryMs(failures);
    log.error({ baseSha: entry.baseSha, why, failures, delayMs }, "inference.engine_died");
    const next = entryOf(entry.baseSha, failures, delayMs);
    for (const pin of entry.pins) next.pins.add(pin);
    tell();
  }

  async function makeRoom(entry: Entry) {
    const used = () => [...entries.values()].reduce((sum, other) => sum + other.memoryBytes, 0);
    while (used() > settings.memoryBytes) {
      const idle = [...entries.values()].filter((other) => other !== entry && isIdle(other));
      const [oldest] = idle.sort((a, b) => a.usedAt - b.usedAt);
      if (!oldest) {
        const wanted = Math.ceil(used() / 1024 ** 2);
        const have = Math.floor(settings.memoryBytes / 1024 ** 2);
        throw overloaded(`the models in use would need ${wanted} MiB; this host may use ${have} MiB`);
      }
      await retire(oldest);
    }
  }

  async function retire(entry: Entry) {
    if (entries.get(entry.baseSha) === entry) entries.delete(entry.baseSha);
    const engine = entry.engine ?? (await entry.starting.catch(() => null));
    await engine?.close();
    tell();
  }

  async function enter(ref: EngineRef, probing = () => {}) {
    backOff.refuse(ref.baseSha);
    const entry = entryOf(ref.baseSha);
    entry.users += 1;
    const leave = once(() => {
      entry.users -= 1;
      entry.usedAt = performance.now();
    });
    try {
      const engine = await entry.starting;
      probing();
      const probe = await prove(entry, engine, ref);
      return { entry, engine, probe, leave };
    } catch (cause) {
      leave();
      throw cause;
    }
  }

  /** Load the adapter's file and, when the ref names a record, prove it: once in each life of the engine. */
  async function prove(entry: Entry, engine: Engine, ref: EngineRef): Promise<ProbeReport | null> {
    if (!ref.adapterSha) return null;
    const key = adapterKey(ref);
    const proof = entry.adapters.get(key) ?? proveAdapter(engine, ref, settings.pathOf);
    entry.adapters.set(key, proof);
    const report = await proof.catch((cause: unknown) => {
      entry.adapters.delete(key);
      throw cause;
    });
    entry.proved.set(key, report);
    if (report && !report.accepted)
      throw refusal(503, `the adapter failed its probe: ${report.reason}`, { code: "probe_failed" });
    return report;
  }

  const sweep = setInterval(() => {
    for (const entry of [...entries.values()])
      if (isIdle(entry) && performance.now() - entry.usedAt > settings.idleMs) void retire(entry);
  }, idleSweepMs);
  sweep.unref();

  return {
    open: async (ref) => {
      const { engine, leave } = await enter(ref);
      return { engine, adapterPath: ref.adapterSha ? settings.pathOf(ref.adapterSha) : null, leave };
    },
    load: async (ref, holder, probing) => {
      const { entry, engine, probe, leave } = await enter(ref, probing);
      entry.pins.add(holder);
      leave();
      return { status: "ready", info: engine.info, memoryBytes: entry.memoryBytes, probe };
    },
    unload: async (holder) => {
      for (const entry of [...entries.values()]) if (entry.pins.delete(holder) && isIdle(entry)) await retire(entry);
    },
    isReady: (ref) => {
      const entry = entries.get(ref.baseSha);
      if (!entry?.engine) return false;
      return ref.adapterSha === null || entry.proved.has(adapterKey(ref));
    },
    loaded: () => [...entries.values()].map(describe),
    onChange: (fn) => changed.add(fn),
    close: async () => {
      closed = true;
      clearInterval(sweep);
      await Promise.all([...entries.values()].map(retire));
    },
  };
}

function later(ms: number) {
  return new Promise<void>((resolve) => setTimeout(resolve, ms));
}

function once(fn: () => void) {
  let done = false;
  return () => {
    if (!done) fn();
    done = true;
  };
}
