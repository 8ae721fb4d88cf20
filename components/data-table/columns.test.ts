import { expect, test } from "vitest";
import { type Column, toColumnDefs } from "#components/data-table/columns.ts";

type Row = { name: string; rows: number | null };

const columns: Column<Row>[] = [
  { id: "name", header: "Name", cell: (row) => row.name, sortBy: (row) => row.name, fixed: true },
  { id: "rows", header: "Rows", cell: (row) => row.rows, sortBy: (row) => row.rows, numeric: true },
  { id: "acts", header: "Acts", cell: () => null },
];

test("a column sorts only when it says by what, numbers with the largest first", () => {
  const defs = toColumnDefs(columns);
  expect(defs.map((def) => def.enableSorting)).toEqual([true, true, false]);
  expect(defs.map((def) => def.sortDescFirst)).toEqual([false, true, false]);
  expect(defs.map((def) => def.enableHiding)).toEqual([false, true, true]);
});

test("what is missing comes last whichever way a column is sorted", () => {
  const [, rows] = toColumnDefs(columns);
  if (!rows || !("accessorFn" in rows)) throw new Error("the column reads its value by a function");
  expect(rows.accessorFn({ name: "a", rows: null }, 0)).toBeUndefined();
  expect(rows.accessorFn({ name: "a", rows: 0 }, 0)).toBe(0);
  expect(rows.sortUndefined).toBe("last");
});
