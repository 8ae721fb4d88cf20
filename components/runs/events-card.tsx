"use client";
import { useQuery } from "@tanstack/react-query";
import { pollMs } from "#components/runs/data.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { formatBytes, formatClock, formatNumber } from "#components/ui/format.ts";

const shown = 12;
const mostEvents = 1_000;

/** What happened, newest first, without the steps. */
export function EventsCard({ runId, moving }: { runId: string; moving: boolean }) {
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.runs.events.queryOptions({ runId, limit: mostEvents }, { refetchInterval: moving ? pollMs * 2 : false }),
  );
  const told = (data?.items ?? []).flatMap((event) => {
    const words = wordsOf(event.type, event.body);
    return words ? [{ seq: event.seq, at: event.at, words }] : [];
  });
  return (
    <Card title="Events" flush>
      {told.length === 0 && <p className="p-4 text-ink-3">Nothing yet: the trainer has not said hello.</p>}
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

function wordsOf(type: string, body: Record<string, unknown>): string | null {
  const text = (key: string) => textOf(body, key);
  const number = (key: string) => (typeof body[key] === "number" ? body[key] : 0);
  switch (type) {
    case "hello":
      return typeof body.resumedFromStep === "number"
        ? `Resumed from step ${formatNumber(body.resumedFromStep)}`
        : `Computes on ${textOf(body.device, "name") || "an unknown device"}, torch ${textOf(body.versions, "torch")}`;
    case "phase":
      return `Phase: ${text("name")}`;
    case "data":
      return `${formatNumber(number("trainRows"))} rows to learn, ${formatNumber(number("droppedRows"))} dropped, ${formatNumber(number("truncatedRows"))} truncated`;
    case "eval":
      return `Validation ${formatNumber(number("loss"), 3)} at step ${formatNumber(number("step"))}`;
    case "checkpoint":
      return `Checkpoint ${formatNumber(number("step"))} saved, ${formatBytes(number("bytes"))}`;
    case "warning":
    case "error":
    case "worker":
      return capital(text("message") || text("what")) || null;
    case "cancelled":
      return `Stopped at step ${formatNumber(number("step"))}`;
    case "done":
      return `Done after ${formatNumber(number("steps"))} steps`;
    default:
      return null;
  }
}

function textOf(value: unknown, key: string): string {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === "string" ? found : "";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
