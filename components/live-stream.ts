import { createTRPCClient, httpSubscriptionLink } from "@trpc/client";
import superjson from "superjson";
import { type PlacedEvent, serves, type Wanted } from "#components/live.rule.ts";
import type { AppRouter } from "#server/router.ts";

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

export type StreamState = "off" | "connecting" | "live" | "stale";

/**
 * The browser's one connection. A lost line is taken up again by tRPC's link, from the last event that came; a stream
 * that the server ended or refused is asked for again here, longer apart each time.
 */
export function createStream(listen: { event: (event: PlacedEvent) => void; state: (state: StreamState) => void }) {
  const url = `${window.location.origin}/api/trpc`;
  const api = createTRPCClient<AppRouter>({ links: [httpSubscriptionLink({ url, transformer: superjson })] });
  let close: (() => void) | undefined;
  /** Per topic where the stream stands: its start, then the last seq that came. A stream that ended goes on from here. */
  let places: Record<string, number | null> = {};
  let wanted: Wanted = {};
  let retryMs = firstRetryMs;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let followed: ReadonlySet<string> = new Set();

  function stop() {
    close?.();
    close = undefined;
    clearTimeout(retry);
    retry = undefined;
  }

  function ended() {
    stop();
    wanted = places;
    listen.state("stale");
    retry = setTimeout(start, retryMs);
    retryMs = Math.min(longestRetryMs, retryMs * 2);
  }

  function opened() {
    retryMs = firstRetryMs;
    listen.state("live");
    const topics = Object.keys(places);
    // Hints are not replayed: whoever listened before must look again at what may have changed meanwhile.
    for (const topic of topics)
      if (followed.has(topic) && !topic.startsWith("run:"))
        listen.event({ topic, seq: null, after: null, data: { kind: "reconnected", id: "" } });
    followed = new Set(topics);
  }

  function start() {
    stop();
    places = { ...wanted };
    if (followed.size === 0) listen.state("connecting");
    let isOpen = true; // what a closed stream still says is nobody's
    const mine = (act: () => void) => () => isOpen && act();
    const { unsubscribe } = api.ops.live.subscribe(
      { topics: places },
      {
        onConnectionStateChange: ({ state, error }) => {
          if (isOpen && state === "connecting" && error) listen.state("stale");
        },
        onData: (value) => {
          if (!isOpen) return;
          const event = value && "id" in value ? value.data : value;
          if (!event) return opened(); // a refusal, too, begins as a stream: only this says that it stands
          if (event.seq !== null) places[event.topic] = event.seq;
          listen.event(event);
        },
        onError: mine(ended),
        onComplete: mine(ended),
      },
    );
    close = () => {
      isOpen = false;
      unsubscribe();
    };
  }

  function off() {
    stop();
    places = {};
    wanted = {};
    followed = new Set();
    listen.state("off");
  }

  return {
    /** Opens, keeps, moves or closes the connection, as the wanted topics demand. */
    want(next: Wanted) {
      wanted = next;
      if (Object.keys(next).length === 0) return off();
      const waitsToRetry = retry !== undefined;
      if ((!close && !waitsToRetry) || !serves(places, next)) start();
    },
    close: off,
  };
}
