import {
  advance,
  type LiveEvent,
  type LiveTopic,
  mergeWanted,
  type PlacedEvent,
  type Wanted,
} from "#components/live.rule.ts";
import { createStream, type StreamState } from "#components/live-stream.ts";

type Subscription = { topic: LiveTopic; seen: number | null; onEvent: (event: LiveEvent) => void };

/** What says whether the tab is in sight. */
type Page = Pick<Document, "hidden" | "addEventListener">;

type Message =
  | { say: "want"; tab: string; wanted: Wanted }
  | { say: "who" }
  | { say: "event"; event: PlacedEvent }
  | { say: "state"; state: StreamState };

const name = "forge.live";
/** Pages subscribe piece by piece while they mount: one change of the stream for all of them. */
const settleMs = 40;

/**
 * One stream for all tabs of this browser: over HTTP/1.1 the sixth open stream would block every request. The tab that
 * holds the Web Lock leads and passes events on; it gives the lock away when it is hidden, so with all tabs hidden
 * nothing is open. Where Web Locks are missing (plain HTTP on another machine) every visible tab has its own stream.
 */
export function createLiveClient(page: Page = document) {
  const shared = Boolean(navigator.locks);
  const tab = crypto.randomUUID?.() ?? String(Math.random());
  const subscriptions = new Set<Subscription>();
  const others = new Map<string, Wanted>();
  const listeners = new Set<() => void>();
  const channel = new BroadcastChannel(name);
  const stream = createStream({ event: spread, state: (next) => setState(next, true) });
  let state: StreamState = "off";
  let staleSince: number | undefined;
  let settling: ReturnType<typeof setTimeout> | undefined;
  let leading = false;
  let waiting: AbortController | undefined;
  let releaseLead: (() => void) | undefined;

  function own(): Wanted {
    if (page.hidden) return {};
    return mergeWanted([...subscriptions].map(({ topic, seen }) => ({ [topic]: seen })));
  }

  function deliver(event: PlacedEvent) {
    for (const subscription of subscriptions) {
      if (subscription.topic !== event.topic) continue;
      const seen = advance(subscription.seen, event);
      if (seen === "skip") continue;
      subscription.seen = seen;
      subscription.onEvent(event);
    }
  }

  function spread(event: PlacedEvent) {
    deliver(event);
    for (const [other, wanted] of others) {
      const seen = advance(wanted[event.topic] ?? null, event);
      if (event.topic in wanted && seen !== "skip") others.set(other, { ...wanted, [event.topic]: seen });
    }
    post({ say: "event", event });
  }

  function post(message: Message) {
    if (!shared) return;
    channel.postMessage(message);
  }

  function setState(next: StreamState, tell: boolean) {
    if (next === "stale") staleSince ??= Date.now();
    else if (next !== "connecting") staleSince = undefined;
    state = next;
    if (tell) post({ say: "state", state });
    for (const listener of listeners) listener();
  }

  function settle() {
    clearTimeout(settling);
    settling = setTimeout(() => {
      const wanted = own();
      post({ say: "want", tab, wanted });
      const needed = Object.keys(wanted).length > 0;
      if (needed && !leading && !waiting) lead();
      if (!needed) stopLeading();
      if (leading) stream.want(mergeWanted([wanted, ...others.values()]));
    }, settleMs);
  }

  function lead() {
    if (!shared) {
      leading = true;
      return;
    }
    waiting = new AbortController();
    navigator.locks
      .request(name, { signal: waiting.signal }, async () => {
        leading = true;
        others.clear();
        post({ say: "who" });
        settle();
        await new Promise<void>((resolve) => {
          releaseLead = resolve;
        });
      })
      .catch(() => undefined); // aborted: this tab no longer wants to lead
  }

  function stopLeading() {
    waiting?.abort();
    waiting = undefined;
    if (!leading) return;
    leading = false;
    others.clear();
    stream.close();
    releaseLead?.();
    releaseLead = undefined;
  }

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.say === "event") deliver(data.event);
    else if (data.say === "state" && !leading) setState(data.state, false);
    else if (data.say === "who") settle();
    else if (data.say === "want") {
      if (Object.keys(data.wanted).length > 0) others.set(data.tab, data.wanted);
      else others.delete(data.tab);
      if (leading) settle();
    }
  };
  page.addEventListener("visibilitychange", settle);
  window.addEventListener("pagehide", () => post({ say: "want", tab, wanted: {} }));
  window.addEventListener("pageshow", settle);

  return {
    subscribe(subscription: Subscription) {
      subscriptions.add(subscription);
      settle();
      return () => {
        subscriptions.delete(subscription);
        settle();
      };
    },
    onState(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => state,
    staleSince: () => staleSince,
  };
}

let client: ReturnType<typeof createLiveClient> | undefined;

/** Made on first use, in the browser only. */
export function liveClient() {
  client ??= createLiveClient();
  return client;
}
