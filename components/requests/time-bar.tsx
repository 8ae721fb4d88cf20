import type { RequestData } from "#components/requests/data.ts";
import { formatDurationMs } from "#components/ui/format.ts";

type Part = { label: string; ms: number; className: string };

/** Where the time went: waiting for a place, until the first token, the rest. Only what was measured is drawn. */
function partsOf(request: RequestData): Part[] {
  const { queueMs, ttftMs, totalMs } = request;
  const waited = Math.min(queueMs ?? 0, totalMs);
  const first = Math.max(waited, ttftMs ?? waited);
  const parts: Part[] = [{ label: "Queue time", ms: waited, className: "bg-(--s3)" }];
  if (ttftMs === null) parts.push({ label: "Answer", ms: totalMs - waited, className: "bg-(--s1)" });
  else {
    parts.push({ label: "To first token", ms: first - waited, className: "bg-(--s5)" });
    parts.push({ label: "Generation", ms: Math.max(0, totalMs - first), className: "bg-(--s1)" });
  }
  return parts.filter((part) => part.ms > 0);
}

export function TimeBar({ request }: { request: RequestData }) {
  const parts = partsOf(request);
  const words = parts.map((part) => `${part.label} ${formatDurationMs(part.ms)}`);
  return (
    <div className="grid gap-2">
      <div role="img" aria-label={words.join(", ")} className="flex h-2.5 gap-px overflow-hidden rounded-full bg-hover">
        {parts.map((part) => (
          <span key={part.label} className={part.className} style={{ flexGrow: part.ms, minWidth: 2 }} />
        ))}
      </div>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-ink-2 text-xs">
        {parts.map((part) => (
          <li key={part.label} className="inline-flex items-center gap-1.5">
            <span aria-hidden className={`size-2 rounded-sm ${part.className}`} />
            {part.label} <span className="tabular-nums">{formatDurationMs(part.ms)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
