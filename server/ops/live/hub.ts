import type { Pool } from "#db/client.ts";
import { type LiveHint, liveChannel } from "#server/audit/live.ts";
import { log } from "#server/log.ts";

/** `{again: true}`: the connection was away and hints may be lost, so look again at everything. */
export type Heard = LiveHint | { again: true };
type Listener = (heard: Heard) => void;

export type LiveHub = {
  /** Hear what is said about a topic from now on; returns how to stop. Resolves once the database is listened to. */
  subscribe: (topic: string, listener: Listener) => Promise<() => void>;
  close: () => Promise<void>;
};

/** One LISTEN connection for a whole process, fanned out by topic. It opens with the first listener and reconnects by itself. */
export function createLiveHub(db: Pool): LiveHub {
  const listeners = new Map<string, Set<Listener>>();
  let listening: ReturnType<typeof listen> | null = null;
  let connections = 0;

  function listen() {
    return db.$client.listen(liveChannel, hear, () => {
      connections += 1;
      if (connections > 1)
        for (const each of listeners.values()) for (const listener of each) listener({ again: true });
    });
  }

  function hear(payload: string) {
    const hint = parseHint(payload);
    if (hint) for (const listener of listeners.get(hint.topic) ?? []) listener(hint.heard);
  }

  return {
    subscribe: async (topic, listener) => {
      const existing = listeners.get(topic) ?? new Set();
      listeners.set(topic, existing.add(listener));
      listening ??= listen();
      await listening;
      return () => {
        existing.delete(listener);
        if (existing.size === 0 && listeners.get(topic) === existing) listeners.delete(topic);
      };
    },
    close: async () => {
      listeners.clear();
      if (listening) await (await listening).unlisten();
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
