"use client";
import { useQuery } from "@tanstack/react-query";
import { failureOf } from "#components/failure.ts";
import { isMoving, pollMs, type Run } from "#components/runs/data.ts";
import { lastLine, storyLines } from "#components/runs/story.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Card } from "#components/ui/card.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { EmptyState, ErrorState } from "#components/ui/states.tsx";

const mostEvents = 1_000;

/** The run's story from its events, and what the trainer's libraries printed; grows while it runs. */
export function RunLog({ run }: { run: Run }) {
  const trpc = useTRPC();
  const refetchInterval = isMoving(run.status) ? pollMs : false;
  const asked = { runId: run.id, limit: mostEvents, steps: "few" as const, latest: true };
  const events = useQuery(trpc.runs.events.queryOptions(asked, { refetchInterval }));
  const printed = useQuery(trpc.runs.log.queryOptions({ runId: run.id }, { refetchInterval }));
  const error = events.error ?? printed.error;
  if (error)
    return (
      <ErrorState
        message={failureOf(error).message}
        onRetry={() => {
          void events.refetch();
          void printed.refetch();
        }}
      />
    );
  if (!events.data) return <Skeleton className="h-64" />;
  const end = lastLine(run);
  const lines = [...storyLines(events.data.items), ...(end ? [end] : [])];
  const story = lines.join("\n");
  return (
    <div className="grid gap-4">
      <Card
        title="Log"
        aside={events.data.isCut ? `the last ${formatNumber(mostEvents)} events` : undefined}
        flush={lines.length === 0}
      >
        {lines.length === 0 ? (
          <EmptyState title="Nothing yet">The log begins when the run does.</EmptyState>
        ) : (
          <CodeWell label="Log" copy={story} className="max-h-[32rem]">
            {story}
          </CodeWell>
        )}
      </Card>
      {printed.data?.text && (
        <Card title="Printed by the trainer's libraries" aside={printed.data.cut ? "the last 64 KiB" : undefined}>
          <CodeWell label="Printed by the trainer's libraries" copy={printed.data.text}>
            {printed.data.text}
          </CodeWell>
        </Card>
      )}
      {lines.length > 0 && printed.data?.text === "" && (
        <p className="text-ink-3 text-xs">
          {printed.data.here
            ? "The trainer's libraries printed nothing of their own."
            : "What the trainer's libraries printed is not on this machine."}
        </p>
      )}
    </div>
  );
}
