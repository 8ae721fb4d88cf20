import type { RequestData } from "#components/requests/data.ts";
import { OutcomeChip } from "#components/requests/outcome-chip.tsx";
import { formatDurationMs, formatUsdNanos } from "#components/ui/format.ts";
import { ShortId } from "#components/ui/short-id.tsx";

/** Which hosts were asked, one after the other: when, for how long, and how each attempt ended. */
export function RequestAttempts({ request }: { request: RequestData }) {
  if (request.tries.length === 0)
    return (
      <p className="text-ink-3">{request.attempts === 0 ? "None: no host was asked." : "Not kept for this request."}</p>
    );
  return (
    <ol className="divide-y rounded-lg border">
      {request.tries.map((attempt) => (
        <li key={attempt.number} className="grid gap-1 px-3 py-2">
          <span className="flex flex-wrap items-center gap-2">
            <span className="font-medium">Attempt {attempt.number}</span>
            <OutcomeChip status={attempt.status} />
            {attempt.errorCode && <code className="font-mono text-xs">{attempt.errorCode}</code>}
            <span className="ml-auto tabular-nums">{formatDurationMs(attempt.totalMs)}</span>
          </span>
          <span className="flex flex-wrap gap-x-3 text-ink-2 text-xs tabular-nums">
            <span>
              Host <ShortId id={attempt.hostId} />
              {attempt.device ? `, ${attempt.device}` : ", no longer registered"}
            </span>
            {attempt.replicaId && (
              <span>
                Replica <ShortId id={attempt.replicaId} />
              </span>
            )}
            <span>Began {formatDurationMs(attempt.startedMs)} after the call</span>
            {attempt.queueMs !== null && <span>Queued {formatDurationMs(attempt.queueMs)}</span>}
            {attempt.ttftMs !== null && <span>TTFT {formatDurationMs(attempt.ttftMs)}</span>}
            {attempt.costUsdNanos !== null && <span>{formatUsdNanos(attempt.costUsdNanos)}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
