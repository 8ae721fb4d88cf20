import { DomainError } from "#server/errors.ts";

/** One topic a page follows: a run from after `seq` on (null = from now), or the hints of a project. */
export type Wanted =
  | { kind: "run"; topic: string; id: string; after: number | null }
  | { kind: "project"; topic: string; id: string };

const mostTopics = 20;
const topicShape = /^(run|project):([a-z]+_[0-9a-z]{26})$/;

/**
 * Read `topics=run:A,project:B&last=run:A:12` and the browser's own Last-Event-ID (`run:A:12`). Throws INVALID for what
 * is no topic and for more than 20.
 */
export function parseTopics(topics: string | null, last: string | null, lastEventId: string | null): Wanted[] {
  const names = [...new Set((topics ?? "").split(",").filter(Boolean))];
  if (names.length === 0 || names.length > mostTopics) {
    throw new DomainError("INVALID", `name 1 to ${mostTopics} topics, like topics=run:run_…`, { field: "topics" });
  }
  const seen = [...(last ?? "").split(","), lastEventId ?? ""].filter(Boolean);
  return names.map((topic) => {
    const [, kind, id] = topicShape.exec(topic) ?? [];
    if (!kind || !id) throw new DomainError("INVALID", `${topic.slice(0, 60)} is not a topic`, { field: "topics" });
    if (kind === "project") return { kind, topic, id };
    return { kind: "run", topic, id, after: seqAfter(topic, seen) };
  });
}

function seqAfter(topic: string, seen: readonly string[]): number | null {
  const places = seen
    .filter((id) => id.startsWith(`${topic}:`))
    .map((id) => Number(id.slice(topic.length + 1)))
    .filter((seq) => Number.isSafeInteger(seq) && seq >= 0);
  return places.length > 0 ? Math.max(...places) : null;
}
