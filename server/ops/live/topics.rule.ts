import { Count } from "#server/input.ts";

/** One topic a page follows: a run from after `seq` on (null = from now), or the hints of a project. */
export type Wanted =
  | { kind: "run"; topic: string; id: string; after: number | null }
  | { kind: "project"; topic: string; id: string };

export const topicShape = /^(run|project):([a-z]+_[0-9a-z]{26})$/;

/**
 * What a stream is to carry. `topics` says per topic the last seq that was seen; `lastEventId` (`placeId` of the last
 * event that arrived) is newer when the browser connects again by itself.
 */
export function parseTopics(topics: Readonly<Record<string, number | null>>, lastEventId?: string): Wanted[] {
  const arrived = new Map(lastEventId?.split(",").map((place) => placeOf(place)));
  return Object.entries(topics).flatMap(([topic, seen]): Wanted[] => {
    const [, kind, id] = topicShape.exec(topic) ?? [];
    if (!kind || !id) return []; // refused by the input's schema
    if (kind === "project") return [{ kind, topic, id }];
    const later = Count.safeParse(arrived.get(topic)).data;
    const after = later === undefined ? seen : Math.max(later, seen ?? 0);
    return [{ kind: "run", topic, id, after }];
  });
}

function placeOf(place: string): [string, number] {
  const end = place.lastIndexOf(":");
  return [place.slice(0, end), Number(place.slice(end + 1))];
}

/** The event id of a stream of several runs: `run:A:12,run:B:3`, so that the one id a browser keeps says where each stands. */
export function placeId(places: ReadonlyMap<string, number>): string {
  return [...places].map(([topic, seq]) => `${topic}:${seq}`).join(",");
}
