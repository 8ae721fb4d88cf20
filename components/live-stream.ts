import { liveUrl, type PlacedEvent, seqOf, serves, type Wanted } from "#components/live.rule.ts";
import { jsonOrNull } from "#server/text/json.rule.ts";

/** The server sends `event: ping` every 15 s; three missed ones mean a dead line that TCP has not noticed. */
const silenceMs = 45_000;
const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

export type StreamState = "off" | "connecting" | "live" | "stale";

/**
 * The browser's one connection. It reconnects by itself, longer apart each time, and asks again from the last event
 * that came. EventSource's own retry is not used: it can name the last id of one topic only.
 */
export function createStream(listen: { event: (event: PlacedEvent) => void; state: (state: StreamState) => void }) {
  let source: EventSource | undefined;
  /** Per topic where the stream stands: its start, then the last seq that came. A lost connection goes on from here. */
  let places: Record<string, number | null> = {};
  let wanted: Wanted = {};
  let retryMs = firstRetryMs;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let followed: ReadonlySet<string> = new Set();

  function heard() {
    clearTimeout(silence);
    silence = setTimeout(lost, silenceMs);
  }

  function stop() {
    source?.close();
    source = undefined;
    clearTimeout(retry);
    retry = undefined;
    clearTimeout(silence);
  }

  function lost() {
    stop();
    wanted = places;
    listen.state("stale");
    retry = setTimeout(start, retryMs);
    retryMs = Math.min(longestRetryMs, retryMs * 2);
  }

  function start() {
    stop();
    places = { ...wanted };
    const topics = Object.keys(places);
    if (followed.size === 0) listen.state("connecting");
    const opened = new EventSource(liveUrl(places));
    source = opened;
    opened.onopen = () => {
      retryMs = firstRetryMs;
      heard();
      listen.state("live");
      // Hints are not replayed: whoever listened before must look again at what may have changed meanwhile.
      for (const topic of topics)
        if (followed.has(topic) && !topic.startsWith("run:"))
          listen.event({ topic, seq: null, after: null, data: { kind: "reconnected", id: "" } });
      followed = new Set(topics);
    };
    opened.onerror = lost;
    opened.addEventListener("ping", heard);
    for (const topic of topics)
      opened.addEventListener(topic, (message) => {
        heard();
        const seq = seqOf(topic, message.lastEventId);
        listen.event({ topic, seq, after: places[topic] ?? null, data: jsonOrNull(String(message.data)) });
        if (seq !== null) places[topic] = seq;
      });
  }

  function rest() {
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
      if (Object.keys(next).length === 0) return rest();
      const waitsToRetry = retry !== undefined;
      if ((!source && !waitsToRetry) || !serves(places, next)) start();
    },
    close: rest,
  };
}
