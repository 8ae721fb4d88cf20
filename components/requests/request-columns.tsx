import type { Column } from "#components/data-table/columns.ts";
import { type RequestRow, versionName } from "#components/requests/data.ts";
import { OutcomeChip } from "#components/requests/outcome-chip.tsx";
import { formatDurationMs, formatNumber, formatUsdNanos, shortId } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { actorLabel } from "#server/signals/actor-label.rule.ts";

const nothing = (words: string) => <span className="text-ink-3">{words}</span>;

function OpenButton({ row, onOpen }: { row: RequestRow; onOpen: (id: string) => void }) {
  return (
    <button
      type="button"
      title={row.id}
      className="rounded-sm text-left font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2 static!"
      onClick={() => onOpen(row.id)}
    >
      {row.model === "" ? nothing("no model named") : row.model}
      <span className="ml-2 font-mono font-normal text-ink-3 text-xs">{shortId(row.id)}</span>
    </button>
  );
}

export function requestColumns(onOpen: (id: string) => void): readonly Column<RequestRow>[] {
  return [
    {
      id: "model",
      header: "Model",
      sortable: true,
      fixed: true,
      phone: "title",
      cell: (row) => <OpenButton row={row} onOpen={onOpen} />,
    },
    {
      id: "status",
      header: "Outcome",
      sortable: true,
      phone: "corner",
      cell: (row) => <OutcomeChip status={row.status} />,
    },
    {
      id: "version",
      header: "Answered by",
      cell: (row) => (
        <>
          {versionName(row) ?? nothing("nobody")}
          {row.revisionNumber !== null && <span className="ml-1.5 text-ink-3 text-xs">v{row.revisionNumber}</span>}
        </>
      ),
    },
    {
      id: "ttft",
      header: "TTFT",
      sortable: true,
      numeric: true,
      cell: (row) =>
        row.ttftMs === null ? nothing(row.stream ? "none came" : "not streamed") : formatDurationMs(row.ttftMs),
    },
    { id: "total", header: "Total", numeric: true, sortable: true, cell: (row) => formatDurationMs(row.totalMs) },
    {
      id: "completion",
      header: "Tokens in → out",
      sortable: true,
      numeric: true,
      cell: (row) =>
        row.promptTokens === null || row.completionTokens === null
          ? nothing("not counted")
          : `${formatNumber(row.promptTokens)} → ${formatNumber(row.completionTokens)}`,
    },
    {
      id: "cost",
      header: "Cost",
      sortable: true,
      numeric: true,
      phone: "hide",
      cell: (row) => (row.costUsdNanos === null ? nothing("not measured") : formatUsdNanos(row.costUsdNanos)),
    },
    { id: "caller", header: "Caller", cell: (row) => actorLabel(row.actor, row.actorName) },
    {
      id: "attempts",
      header: "Attempts",
      numeric: true,
      optional: true,
      phone: "hide",
      cell: (row) => formatNumber(row.attempts),
    },
    {
      id: "error",
      header: "Error",
      optional: true,
      phone: "hide",
      cell: (row) => (row.errorCode ? <code className="font-mono text-xs">{row.errorCode}</code> : nothing("none")),
    },
    { id: "received", header: "Received", sortable: true, cell: (row) => <RelativeTime at={row.receivedAt} /> },
  ];
}
