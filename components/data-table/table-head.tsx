"use client";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { Column } from "#components/data-table/columns.ts";
import type { Sort } from "#components/data-table/define-list.ts";
import { cn } from "#components/ui/cn.ts";
import { Th } from "#components/ui/table.tsx";

/** A head cell; a sortable one is a button that says its order to screen readers too. */
export function HeadCell<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>;
  sort: Sort | null;
  onSort: ((sort: Sort) => void) | undefined;
}) {
  const sorted = sort?.by === column.id ? (sort.desc ? "descending" : "ascending") : "none";
  if (!column.sortable || !onSort)
    return (
      <Th numeric={column.numeric} className={column.className}>
        {column.quietHeader ? <span className="sr-only">{column.header}</span> : column.header}
      </Th>
    );
  const Arrow = sorted === "ascending" ? ArrowUp : ArrowDown;
  const next = { by: column.id, desc: sorted === "none" ? Boolean(column.numeric) : sorted === "ascending" };
  return (
    <Th numeric={column.numeric} className={column.className} aria-sort={sorted}>
      <button
        type="button"
        onClick={() => onSort(next)}
        className={cn(
          "group inline-flex items-baseline gap-1 rounded-sm font-medium hover:text-ink",
          column.numeric && "flex-row-reverse",
        )}
      >
        {column.header}
        <SortArrow Arrow={Arrow} shown={sorted !== "none"} />
      </button>
    </Th>
  );
}

function SortArrow({ Arrow, shown }: { Arrow: typeof ArrowUp; shown: boolean }) {
  return (
    <Arrow
      aria-hidden
      className={`size-3.5 self-center ${shown ? "text-ink" : "opacity-0 group-hover:opacity-60 group-focus-visible:opacity-60"}`}
    />
  );
}
