import type { Column } from "#components/data-table/columns.ts";
import type { DatasetRow } from "#components/datasets/data.ts";
import { ImportProgress, rowsSoFar } from "#components/datasets/import-progress.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { CutName } from "#components/ui/cut-name.tsx";
import { formatBytes, formatNumber, plural, sentence } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { shapeLabels } from "#server/datasets/shapes/canonical.rule.ts";
import { nothingToTrain } from "#server/datasets/split.rule.ts";

/** The columns of the list, after the design's picture. */
export const datasetColumns: readonly Column<DatasetRow>[] = [
  {
    id: "name",
    header: "Name",
    fixed: true,
    phone: "title",
    className: "w-2/5",
    sortable: true,
    cell: ({ name, latest }) => (
      <span>
        <b className="font-medium">
          <CutName name={name} />
        </b>{" "}
        <span className="font-mono text-ink-3 text-xs">v{latest.version}</span>
      </span>
    ),
  },
  {
    id: "shape",
    header: "Shape",
    sortable: true,
    cell: ({ latest }) => <span className="text-ink-2">{latest.shape ? shapeLabels[latest.shape] : "unknown"}</span>,
  },
  {
    id: "rows",
    header: "Rows",
    numeric: true,
    sortable: true,
    cell: ({ latest }) => rowsSoFar(latest),
  },
  {
    id: "size",
    header: "Size",
    numeric: true,
    sortable: true,
    cell: ({ latest }) => <span className="text-ink-2">{formatBytes(latest.sourceBytes)}</span>,
  },
  {
    id: "status",
    header: "Status",
    phone: "corner",
    sortable: true,
    cell: ({ latest }) => <StatusChip status={latest.state} />,
  },
  {
    id: "findings",
    header: "Findings",
    numeric: true,
    sortable: true,
    cell: (row) => {
      const found = findings(row);
      return found === null ? "…" : formatNumber(found);
    },
  },
  {
    id: "used",
    header: "Used by",
    sortable: true,
    cell: (row) => <span className="text-ink-2">{formatUsed(row)}</span>,
  },
  {
    id: "updated",
    header: "Updated",
    numeric: true,
    sortable: true,
    cell: ({ latest }) => <RelativeTime at={latest.readyAt ?? latest.createdAt} className="text-ink-2" />,
  },
];

/** Problems and duplicates; a file that was refused has at least the one it was refused for. */
function findings({ latest }: DatasetRow): number | null {
  if (latest.status === "importing") return null;
  const counted = (latest.problemCount ?? 0) + (latest.duplicateRows ?? 0);
  return latest.refusal || latest.review === "mapping" ? Math.max(1, counted) : counted;
}

function formatUsed({ usedBy }: DatasetRow): string {
  const uses = [
    usedBy.runs > 0 ? plural(usedBy.runs, "run") : "",
    usedBy.suites > 0 ? plural(usedBy.suites, "suite") : "",
  ].filter(Boolean);
  return uses.join(", ") || "none";
}

/** Under a row's name: how far an import is, why a file was refused, what waits for a person. */
export function datasetNote({ name, latest, bytesPerSecond }: DatasetRow) {
  if (latest.status === "importing") {
    return <ImportProgress version={latest} bytesPerSecond={bytesPerSecond} label={`Import of ${name}`} />;
  }
  if (latest.refusal) {
    return (
      <span className="text-bad text-xs">
        {sentence(latest.refusal.message)}. {latest.refusal.remedy}
      </span>
    );
  }
  if (latest.review === "mapping") return <span className="text-hold text-xs">Say what its columns are.</span>;
  if (latest.review === "bad_rows") {
    return (
      <span className="text-hold text-xs">{plural(latest.badRows ?? 0, "row")} with problems: decide about them.</span>
    );
  }
  if (nothingToTrain(latest))
    return <span className="text-hold text-xs">No row is left to train on: change its split.</span>;
  if (latest.state === "validation_only")
    return <span className="text-ink-3 text-xs">All rows are kept for validation.</span>;
  return undefined;
}
