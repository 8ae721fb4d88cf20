"use client";
import { useQuery } from "@tanstack/react-query";
import { failureOf } from "#components/failure.ts";
import { isMoving, pollMs, type Run } from "#components/runs/data.ts";
import { wordsOf } from "#components/runs/story.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { formatClock } from "#components/ui/format.ts";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { ErrorState } from "#components/ui/states.tsx";

const shown = 12;
const asked = 100; // the newest, of which some say nothing
const skipped = new Set(["metric", "artifact"]);

/** What happened, newest first, without the steps and the files. */
export function EventsCard({ runId, status }: { runId: string; status: Run["status"] }) {
  const trpc = useTRPC();
  const moving = isMoving(status);
  const { data, error, refetch } = useQuery(
    trpc.runs.events.queryOptions(
      { runId, limit: asked, steps: "few", latest: true },
      { refetchInterval: moving ? pollMs * 2 : false },
    ),
  );
  const told = (data?.items ?? []).flatMap((event) => {
    const words = skipped.has(event.type) ? null : wordsOf(event.type, event.body);
    return words ? [{ seq: event.seq, at: event.at, words }] : [];
  });
  return (
    <Card title="Events" flush>
      {!data && (error ? <ErrorState message={failureOf(error).message} onRetry={refetch} /> : <SkeletonRows />)}
      {data && told.length === 0 && (
        <p className="p-4 text-ink-3">
          {status === "queued"
            ? "No events yet: the run is queued."
            : moving
              ? "No events yet: the trainer is starting."
              : "No events."}
        </p>
      )}
      <CardRows>
        {told
          .toReversed()
          .slice(0, shown)
          .map((event) => (
            <CardRow key={event.seq}>
              <time dateTime={event.at.toISOString()} className="text-ink-3 tabular-nums">
                {formatClock(event.at)}
              </time>
              <span className="min-w-0 break-words">{event.words}</span>
            </CardRow>
          ))}
      </CardRows>
    </Card>
  );
}
