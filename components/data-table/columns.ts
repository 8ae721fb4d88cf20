import { type ColumnDef, columnVisibilityFeature, rowSelectionFeature, tableFeatures } from "@tanstack/react-table";
import type { ReactNode } from "react";

export const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature });

export type Column<Row> = {
  id: string;
  /** Sentence case, as it stands in the head and in the column menu. */
  header: string;
  /** The head is for screen readers only: a column of buttons needs no title. */
  quietHeader?: boolean;
  cell: (row: Row) => ReactNode;
  /** The server can sort the list by it: its id is among the list's orders. A browser that has one page sorts nothing. */
  sortable?: true;
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

export function toColumnDefs<Row extends object>(columns: readonly Column<Row>[]): ColumnDef<typeof features, Row>[] {
  return columns.map((column) => ({ id: column.id, header: column.header, enableHiding: !column.fixed }));
}
