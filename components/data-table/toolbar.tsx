"use client";
import type { ReactNode } from "react";
import { FilterBar } from "#components/ui/filter-bar.tsx";

/** Above a table: its filters, or what to do with the chosen rows; at the end how many there are and the columns. */
export function Toolbar({
  filters,
  chosen,
  bulk,
  summary,
  menu,
}: {
  filters: ReactNode;
  chosen: number;
  bulk: ReactNode;
  summary: ReactNode;
  menu: ReactNode;
}) {
  if (!filters && !bulk && !summary && !menu) return null;
  return (
    <FilterBar
      aside={
        (summary || menu) && (
          <>
            {summary}
            {menu && <span className="max-md:hidden">{menu}</span>}
          </>
        )
      }
    >
      {filters}
      {bulk && (
        <div className="flex flex-wrap items-center gap-2">
          <span className="text-ink text-xs">{chosen} chosen</span>
          {bulk}
        </div>
      )}
    </FilterBar>
  );
}
