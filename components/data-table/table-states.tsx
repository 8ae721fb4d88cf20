"use client";
import { SearchX } from "lucide-react";
import { failureOf } from "#components/failure.ts";
import { Button } from "#components/ui/button.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { EmptyState, ErrorState } from "#components/ui/states.tsx";

/** Rows of the height of real ones, so that nothing jumps when they come. */
export function LoadingRows({ columns, rows }: { columns: number; rows: number }) {
  return Array.from({ length: rows }, (_, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: identical stand-ins
    <tr key={row} className="border-b last:border-b-0">
      {Array.from({ length: columns }, (_, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical stand-ins
        <td key={column} className={`px-3 py-2 first:pl-4 last:pr-4 ${column > 1 ? "max-md:hidden" : ""}`}>
          <Skeleton className={column === 0 ? "h-5 w-40 max-w-full" : "h-5 w-16 max-w-full"} />
        </td>
      ))}
    </tr>
  ));
}

export function QueryError({ error, onRetry, title }: { error: unknown; onRetry?: () => unknown; title?: string }) {
  const failure = failureOf(error);
  return (
    <ErrorState
      {...(title ? { title } : {})}
      message={failure.message}
      requestId={failure.requestId ?? undefined}
      {...(onRetry ? { onRetry } : {})}
    />
  );
}

export function NothingMatches({ onClear }: { onClear?: () => void }) {
  return (
    <EmptyState
      icon={<SearchX aria-hidden />}
      title="Nothing matches"
      action={onClear && <Button onClick={onClear}>Clear filters</Button>}
    >
      No row fits this filter.
    </EmptyState>
  );
}
