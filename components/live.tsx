"use client";
import { WifiOff } from "lucide-react";
import { useEffect, useEffectEvent, useSyncExternalStore } from "react";
import type { LiveEvent, LiveTopic } from "#components/live.rule.ts";
import { liveClient } from "#components/live-client.ts";
import { formatClock } from "#components/ui/format.ts";

export type { LiveEvent, LiveTopic };

/**
 * Calls `onEvent` for every event of a topic, over the browser's one stream. `after` is the last seq
 * that the page already shows: what came later is replayed, also after a lost connection, and nothing comes twice.
 * Hints (`project:ID`) have no seq; after a gap one `{kind: "reconnected"}` tells to look again. `null` listens to nothing.
 */
export function useLive(topic: LiveTopic | null, onEvent: (event: LiveEvent) => void, after: number | null = null) {
  const handle = useEffectEvent(onEvent);
  const from = useEffectEvent(() => after);
  useEffect(() => {
    if (!topic) return;
    return liveClient().subscribe({ topic, seen: from(), onEvent: (event) => handle(event) });
  }, [topic]);
}

function subscribe(listener: () => void) {
  const stop = liveClient().onState(listener);
  return () => {
    stop();
  };
}

/** Since when what the page shows may be old; `undefined` while it is live or nothing is listened to. */
function useStaleSince() {
  return useSyncExternalStore(
    subscribe,
    () => liveClient().staleSince(),
    () => undefined,
  );
}

/** Says in the top bar that the page no longer follows, and since when. Silent while all is well. */
export function StaleSign() {
  const since = useStaleSince();
  return (
    <span role="status" className="shrink-0">
      {since !== undefined && (
        <span className="inline-flex h-5 items-center gap-1 whitespace-nowrap rounded-full bg-hold-soft px-2 font-medium text-hold text-xs">
          <WifiOff aria-hidden className="size-3" />
          Stale
          <span className="max-md:sr-only">since {formatClock(new Date(since))}, reconnecting</span>
        </span>
      )}
    </span>
  );
}
