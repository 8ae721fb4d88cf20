/** `run:ID` carries that run's events, in order by seq; `project:ID` hints which lists changed and replays nothing. */
export type LiveTopic = `run:${string}` | `project:${string}`;

/** One event. `seq` is null on hints. */
export type LiveEvent = { topic: string; seq: number | null; data: unknown };

/** An event with the place its stream had reached before it; null when the stream began with it. */
export type PlacedEvent = LiveEvent & { after: number | null };

/** What one tab wants: per topic the last seq it has seen, or null for "from now on". */
export type Wanted = Readonly<Record<string, number | null>>;

/** What all tabs want together: every topic once, from the earliest place anyone still needs. */
export function mergeWanted(tabs: Iterable<Wanted>): Record<string, number | null> {
  const all: Record<string, number | null> = {};
  for (const tab of tabs)
    for (const [topic, seen] of Object.entries(tab)) {
      const known = all[topic];
      all[topic] = known === undefined || known === null ? seen : Math.min(known, seen ?? known);
    }
  return all;
}

/** Whether a stream that has reached `places` also serves `wanted`: same topics, nothing needed from before. */
export function serves(places: Wanted, wanted: Wanted) {
  const topics = Object.keys(wanted);
  if (topics.length !== Object.keys(places).length) return false;
  return topics.every((topic) => {
    const [place, need] = [places[topic], wanted[topic]];
    if (place === undefined || need === undefined) return false;
    return need === null || (place !== null && place <= need);
  });
}

/**
 * Where someone who has seen `seen` stands after an event, or "skip" when it is not theirs: already seen, or further on
 * than they are, because they came late and their own events are still to be replayed.
 */
export function advance(seen: number | null, event: PlacedEvent): number | null | "skip" {
  if (event.seq === null) return seen;
  if (seen === null) return event.seq;
  return event.after !== null && seen >= event.after && event.seq > seen ? event.seq : "skip";
}
