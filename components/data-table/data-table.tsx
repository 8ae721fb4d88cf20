"use client";
import { useTable } from "@tanstack/react-table";
import { type ReactNode, useMemo } from "react";
import { ColumnMenu } from "#components/data-table/column-menu.tsx";
import { type Column, features, toColumnDefs } from "#components/data-table/columns.ts";
import type { Sort } from "#components/data-table/define-list.ts";
import { HeadCell } from "#components/data-table/table-head.tsx";
import { TableRow } from "#components/data-table/table-row.tsx";
import { LoadingRows, NothingMatches, QueryError } from "#components/data-table/table-states.tsx";
import { Toolbar } from "#components/data-table/toolbar.tsx";
import { useColumns } from "#components/data-table/use-columns.ts";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";

export type DataTableProps<Row extends object> = {
  /** Names the table for screen readers: "Datasets". */
  label: string;
  /** Keep it at module scope or memoised. */
  columns: readonly Column<Row>[];
  /** `undefined` while the first page loads. */
  rows: readonly Row[] | undefined;
  rowId: (row: Row) => string;
  /** Makes the whole row a link. */
  rowHref?: (row: Row) => string | undefined;
  /** A second line under the row's name: the cause and remedy of a refusal, a progress bar. */
  rowNote?: (row: Row) => ReactNode;
  /** The order the rows come in; `useList` keeps it. */
  sort?: Sort | null;
  onSort?: (sort: Sort) => void;
  error?: unknown;
  onRetry?: () => unknown;
  /** What stands here while there is nothing at all (EmptyState). */
  empty: ReactNode;
  /** A filter is on, so no rows means "nothing matches". */
  filtered?: boolean;
  onClearFilters?: () => void;
  /** Keyset paging: `onMore` fetches the next page after the last row. */
  hasMore?: boolean;
  onMore?: () => unknown;
  loadingMore?: boolean;
  /** The rows are those of the filter or order before. */
  refreshing?: boolean;
  /** SearchFilter, ChoiceFilter …: the row above the table, with the column menu at its end. */
  filters?: ReactNode;
  /** Remembers the column choice under this name; without it there is no column menu. */
  columnsKey?: string;
  /** Left of the column menu: "6 datasets". */
  summary?: ReactNode;
  /** Bulk acts: checkboxes appear, `bulk` gets the chosen rows. */
  selection?: {
    chosen: ReadonlySet<string>;
    onChoose: (ids: ReadonlySet<string>) => void;
    bulk: (rows: Row[]) => ReactNode;
  };
};

/** The list of every list page: sorting, column choice, row links, keyset paging, bulk acts and its four states. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { columns, rows, rowId, sort = null, selection } = props;
  const { visibility, choose } = useColumns(columns, props.columnsKey);
  const defs = useMemo(() => toColumnDefs(columns), [columns]);
  const data = useMemo(() => [...(rows ?? [])], [rows]);
  const table = useTable({
    features,
    columns: defs,
    data,
    getRowId: rowId,
    state: { columnVisibility: visibility },
  });
  const shown = columns.filter((column) => visibility[column.id]);
  const body = table.getRowModel().rows;
  const failed = props.error !== undefined && props.error !== null && rows === undefined;
  const nothing = rows?.length === 0;
  const chosenRows = selection ? data.filter((row) => selection.chosen.has(rowId(row))) : [];

  function toggle(id: string, on: boolean) {
    const next = new Set(selection?.chosen);
    if (on) next.add(id);
    else next.delete(id);
    selection?.onChoose(next);
  }

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <Toolbar
        filters={props.filters}
        chosen={chosenRows.length}
        bulk={chosenRows.length > 0 && selection?.bulk(chosenRows)}
        summary={!failed && !nothing && props.summary}
        menu={
          props.columnsKey &&
          !failed &&
          !nothing && <ColumnMenu columns={columns} visibility={visibility} onChoose={choose} />
        }
      />
      <div className="overflow-hidden rounded-lg border bg-panel">
        {failed && <QueryError error={props.error} {...(props.onRetry ? { onRetry: props.onRetry } : {})} />}
        {nothing &&
          (props.filtered ? (
            <NothingMatches {...(props.onClearFilters ? { onClear: props.onClearFilters } : {})} />
          ) : (
            props.empty
          ))}
        {!failed && !nothing && (
          <div className="overflow-x-auto">
            <table
              aria-label={props.label}
              aria-busy={rows === undefined || props.refreshing === true}
              className="w-full border-collapse text-sm"
            >
              <thead className="max-md:sr-only">
                <tr>
                  {selection && (
                    <th scope="col" className="w-9 border-b py-2 pl-4 text-left">
                      <Checkbox
                        aria-label="Choose all"
                        checked={chosenRows.length === 0 ? false : chosenRows.length === data.length || "indeterminate"}
                        onCheckedChange={(on) => selection.onChoose(new Set(on === true ? data.map(rowId) : []))}
                      />
                    </th>
                  )}
                  {shown.map((column) => (
                    <HeadCell key={column.id} column={column} sort={sort} onSort={props.onSort} />
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows === undefined && <LoadingRows columns={shown.length} rows={6} />}
                {body.map((row) => (
                  <TableRow
                    key={row.id}
                    row={row.original}
                    columns={shown}
                    href={props.rowHref?.(row.original)}
                    note={props.rowNote?.(row.original)}
                    selected={selection?.chosen.has(row.id) ?? false}
                    select={
                      selection && (
                        <Checkbox
                          aria-label="Choose this row"
                          className="mt-0.5"
                          checked={selection.chosen.has(row.id)}
                          onCheckedChange={(on) => toggle(row.id, on === true)}
                        />
                      )
                    }
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {props.hasMore && rows !== undefined && (
          <div className="flex justify-center border-t p-2">
            <Button size="sm" pending={props.loadingMore} onClick={() => void props.onMore?.()}>
              Show more
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
