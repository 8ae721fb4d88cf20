"use client";
import { DataTable, type DataTableProps } from "#components/data-table/data-table.tsx";
import { formatNumber, plural } from "#components/ui/format.ts";

/** What `useInfiniteQuery` gives for a list that the server sorts, filters and pages. */
type ListQuery<Row> = {
  data: { pages: readonly { items: Row[]; total: number }[] } | undefined;
  error: unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isPlaceholderData: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
};

type Props<Row extends object> = Omit<
  DataTableProps<Row>,
  "rows" | "error" | "onRetry" | "hasMore" | "onMore" | "loadingMore" | "refreshing" | "summary"
> & {
  query: ListQuery<Row>;
  /** One of them: "run". */
  noun: string;
};

/** The list of every page that can outgrow one page: "50 of 3,002 runs", and the order is that of all of them. */
export function ResourceList<Row extends object>({ query, noun, ...table }: Props<Row>) {
  const rows = query.data?.pages.flatMap((page) => page.items);
  const total = query.data?.pages[0]?.total;
  return (
    <DataTable
      {...table}
      rows={rows}
      summary={rows && total !== undefined && formatCount(rows.length, total, noun)}
      error={query.error}
      onRetry={query.refetch}
      hasMore={query.hasNextPage}
      onMore={query.fetchNextPage}
      loadingMore={query.isFetchingNextPage}
      refreshing={query.isPlaceholderData}
    />
  );
}

/** "6 datasets", "50 of 3,002 runs" */
export function formatCount(shown: number, total: number, noun: string): string {
  return shown < total ? `${formatNumber(shown)} of ${plural(total, noun)}` : plural(total, noun);
}
