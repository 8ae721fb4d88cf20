"use client";
import { useQuery } from "@tanstack/react-query";
import { failureOf } from "#components/failure.ts";
import { pollMs } from "#components/runs/data.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Card } from "#components/ui/card.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";
import { EmptyState, ErrorState } from "#components/ui/states.tsx";

/** The end of the trainer's own log; grows while it runs. */
export function RunLog({ runId, moving }: { runId: string; moving: boolean }) {
  const trpc = useTRPC();
  const log = useQuery(trpc.runs.log.queryOptions({ runId }, { refetchInterval: moving ? pollMs : false }));
  if (log.error) return <ErrorState message={failureOf(log.error).message} onRetry={() => log.refetch()} />;
  if (!log.data?.text)
    return (
      <Card flush>
        <EmptyState title="The log is empty">
          The trainer has printed nothing yet, or it ran on another machine.
        </EmptyState>
      </Card>
    );
  return (
    <Card title="Trainer log" aside={log.data.cut ? "the last 64 KiB" : undefined}>
      <CodeWell label="Trainer log" copy={log.data.text} className="max-h-[32rem]">
        {log.data.text}
      </CodeWell>
    </Card>
  );
}
