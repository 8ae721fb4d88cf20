"use client";
import { Download } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type CsvValue, toCsv } from "#components/charts/csv.rule.ts";
import { Legend, type LegendEntry } from "#components/charts/legend.tsx";
import { narrowPx, useWidth } from "#components/charts/use-width.ts";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { formatValue, type ValueFormat } from "#components/ui/format.ts";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";

export type ChartTable = {
  head: readonly { label: string; format?: ValueFormat | undefined }[];
  rows: readonly (readonly CsvValue[])[];
};

/** What every chart takes. */
export type ChartBase = {
  title: string;
  /** Under the picture: what exactly is shown, and where an axis does not start at zero. */
  note?: ReactNode;
  aside?: ReactNode;
  height?: number;
  loading?: boolean;
  /** Why there is nothing to see yet. */
  noData?: ReactNode;
};

/** Shown as a table at most; the download has them all. */
const maxTableRows = 500;

/** The card around every chart: legend that isolates, "As table", download, skeleton and no-data state. */
export function ChartFrame({
  title,
  note,
  aside,
  height = 240,
  loading = false,
  noData = "Nothing has been measured yet.",
  isEmpty,
  legend = [],
  table,
  events = [],
  children,
}: ChartBase & {
  isEmpty: boolean;
  legend?: readonly LegendEntry[];
  table: () => ChartTable;
  /** On a phone the markers' words stand under the picture. */
  events?: readonly { when: string; label: string }[];
  children: (size: { width: number; height: number; narrow: boolean; isolated: string | undefined }) => ReactNode;
}) {
  const [asTable, setAsTable] = useState(false);
  const [isolated, setIsolated] = useState<string>();
  const { ref, width } = useWidth();
  const narrow = width !== undefined && width < narrowPx;
  const ready = !loading && !isEmpty;
  return (
    <Card
      title={title}
      aside={
        <>
          {aside}
          {ready && <Legend entries={legend} isolated={isolated} onIsolate={setIsolated} />}
          {ready && (
            <span className="flex items-center gap-1">
              <LinkButton aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
                {asTable ? "As chart" : "As table"}
              </LinkButton>
              <IconButton
                label="Download CSV"
                size="icon-sm"
                className="-my-1"
                onClick={() => download(title, table())}
              >
                <Download aria-hidden />
              </IconButton>
            </span>
          )}
        </>
      }
    >
      <figure aria-label={title}>
        <div ref={ref} style={{ minHeight: height }} className="min-w-0">
          {loading && (
            <div style={{ height }} role="status" aria-label="Loading">
              <Skeleton className="size-full" />
            </div>
          )}
          {!loading && isEmpty && (
            <div
              style={{ height }}
              className="grid place-items-center rounded-md bg-sunken px-6 text-center text-ink-3"
            >
              {noData}
            </div>
          )}
          {ready && asTable && <NumbersTable table={table()} height={height} />}
          {ready && !asTable && width !== undefined && width > 0 && children({ width, height, narrow, isolated })}
        </div>
        {narrow && ready && events.length > 0 && (
          <ul className="mt-1 text-ink-3 text-xs">
            {events.map((event) => (
              <li key={`${event.when} ${event.label}`}>
                <span className="mr-1.5 text-ink-2 tabular-nums">{event.when}</span>
                {event.label}
              </li>
            ))}
          </ul>
        )}
        {note && <figcaption className="mt-1 text-ink-3 text-xs">{note}</figcaption>}
      </figure>
    </Card>
  );
}

function NumbersTable({ table, height }: { table: ChartTable; height: number }) {
  const shown = table.rows.slice(0, maxTableRows);
  return (
    <div style={{ maxHeight: Math.max(height, 240) }} className="overflow-y-auto">
      <Table>
        <thead>
          <tr>
            {table.head.map((column, index) => (
              <Th key={column.label} numeric={index > 0} className="sticky top-0 bg-panel">
                {column.label}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of numbers have no other identity
            <Tr key={index}>
              {table.head.map((column, at) => (
                <Td key={column.label} numeric={at > 0}>
                  {words(row[at], column.format)}
                </Td>
              ))}
            </Tr>
          ))}
        </tbody>
      </Table>
      {table.rows.length > shown.length && (
        <p className="px-4 py-2 text-ink-3 text-xs">
          The first {shown.length} of {table.rows.length} rows. The download has them all.
        </p>
      )}
    </div>
  );
}

function words(value: CsvValue | undefined, format: ValueFormat | undefined) {
  if (value === null || value === undefined) return <span className="text-ink-3">not measured</span>;
  return typeof value === "number" ? formatValue(format ?? "number", value) : value;
}

function download(title: string, table: ChartTable) {
  const csv = toCsv(
    table.head.map((column) => column.label),
    table.rows.map((row) => row.map((value, at) => plain(value, table.head[at]?.format))),
  );
  const url = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")}.csv`;
  link.click();
  URL.revokeObjectURL(url);
}

/** Times leave as ISO 8601, everything else as the bare number. */
function plain(value: CsvValue, format: ValueFormat | undefined) {
  const isTime = format === "clock" || format === "date" || format === "exact";
  return isTime && typeof value === "number" ? new Date(value).toISOString() : value;
}
