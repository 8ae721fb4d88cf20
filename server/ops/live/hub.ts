import type { Pool } from "#db/client.ts";
import { log } from "#server/log.ts";
import { type LiveHint, liveChannel } from "#server/signals/live.ts";

/** `{again: true}`: the connection was away and hints may be lost, so look again at everything. */
export type Heard = LiveHint | { again: true };
type Listener = (heard: Heard) => void;

/** A page asks the database first and follows second: what changed in between it is told again. */
const rememberedMs = 20_000;

export type LiveHub = {
  /**
   * Hear what is said about a topic from now on, and what was hinted in the last 20 s (by a hub younger than that: look
   * again). Returns how to stop. Resolves once the database is listened to, rejects while it never was.
   */
  subscribe: (topic: string, listener: Listener) => Promise<() => void>;
  close: () => Promise<void>;
};

/** One LISTEN connection for a whole process, fanned out by topic. It opens with the first listener and reconnects by itself. */
export function createLiveHub(db: Pool): LiveHub {
  const listeners = new Map<string, Set<Listener>>();
  let listening: ReturnType<typeof listen> | null = null;
  let connections = 0;
  let sinceMs = Number.POSITIVE_INFINITY;
  /** topic → kind → the latest hint of it */
  const recent = new Map<string, Map<string, { hint: LiveHint; atMs: number }>>();

  function listen() {
    return db.$client.listen(liveChannel, hear, () => {
      connections += 1;
      if (connections === 1) sinceMs = performance.now();
      if (connections > 1)
        for (const each of listeners.values()) for (const listener of each) listener({ again: true });
    });
  }

  function hear(payload: string) {
    const hint = parseHint(payload);
    if (hint) remember(hint.topic, hint.heard);
    if (hint) for (const listener of listeners.get(hint.topic) ?? []) listener(hint.heard);
  }

  function remember(topic: string, hint: LiveHint) {
    if (!("kind" in hint)) return; // events of a run are read from its table
    const now = performance.now();
    for (const [each, kinds] of recent) {
      for (const [kind, { atMs }] of kinds) if (now - atMs > rememberedMs) kinds.delete(kind);
      if (kinds.size === 0) recent.delete(each);
    }
    const kinds = recent.get(topic) ?? new Map();
    recent.set(topic, kinds.set(hint.kind, { hint, atMs: now }));
  }

  function catchUp(topic: string, listener: Listener) {
    const now = performance.now();
    if (now - sinceMs < rememberedMs) return listener({ again: true });
    for (const { hint, atMs } of recent.get(topic)?.values() ?? []) if (now - atMs <= rememberedMs) listener(hint);
  }

  return {
    subscribe: async (topic, listener) => {
      const existing = listeners.get(topic) ?? new Set();
      listeners.set(topic, existing.add(listener));
      const stop = () => {
        existing.delete(listener);
        if (existing.size === 0 && listeners.get(topic) === existing) listeners.delete(topic);
      };
      try {
        listening ??= listen();
        if (connections === 0) await listening; // a first LISTEN that was refused is tried again by postgres.js alone
      } catch (error) {
        stop();
        throw error;
      }
      catchUp(topic, listener);
      return stop;
    },
    close: async () => {
      listeners.clear();
      await listening?.then(
        ({ unlisten }) => unlisten(),
        () => {},
      );
      listening = null;
    },
  };
}

function parseHint(payload: string): { topic: string; heard: LiveHint } | null {
  try {
    const { topic, ...heard } = JSON.parse(payload);
    return typeof topic === "string" ? { topic, heard } : null;
  } catch {
    log.warn({ payload: payload.slice(0, 100) }, "live.hint_broken");
    return null;
  }
}
