import {
  type ColumnDef,
  columnVisibilityFeature,
  createSortedRowModel,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
} from "@tanstack/react-table";
import type { ReactNode } from "react";

export const features = tableFeatures({
  columnVisibilityFeature,
  rowSelectionFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
});

type SortValue = string | number | bigint | boolean | Date | null | undefined;

export type Column<Row> = {
  id: string;
  /** Sentence case, as it stands in the head and in the column menu. */
  header: string;
  /** The head is for screen readers only: a column of buttons needs no title. */
  quietHeader?: boolean;
  cell: (row: Row) => ReactNode;
  /** Makes the column sortable: on the server, or here by a value, where all rows are there. */
  sortBy?: "server" | ((row: Row) => SortValue);
  /** Right-aligned, tabular figures. */
  numeric?: boolean;
  /** On a phone a row becomes a card: its title, its corner (a status), a labelled line, or left out. */
  phone?: "title" | "corner" | "line" | "hide";
  /** Hidden until chosen in the column menu. */
  optional?: boolean;
  /** Always shown: not in the column menu. */
  fixed?: boolean;
  className?: string;
};

/** Empty values always come last, whichever way the column is sorted. */
function compareValues(a: SortValue, b: SortValue) {
  if (typeof a === "string" && typeof b === "string") return a.localeCompare(b, "en", { numeric: true });
  const left = a instanceof Date ? a.getTime() : a;
  const right = b instanceof Date ? b.getTime() : b;
  if (left === right || left === null || left === undefined || right === null || right === undefined) return 0;
  return left < right ? -1 : 1;
}

export function toColumnDefs<Row extends object>(columns: readonly Column<Row>[]): ColumnDef<typeof features, Row>[] {
  return columns.map((column) => {
    const read = typeof column.sortBy === "function" ? column.sortBy : undefined;
    return {
      id: column.id,
      header: column.header,
      accessorFn: (row: Row) => read?.(row) ?? undefined,
      enableSorting: Boolean(column.sortBy),
      enableHiding: !column.fixed,
      sortDescFirst: Boolean(column.numeric),
      sortUndefined: "last" as const,
      sortFn: (a, b) => (read ? compareValues(read(a.original), read(b.original)) : 0),
    };
  });
}
