"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { type ReactNode, useState } from "react";
import { QueryError } from "#components/data-table/table-states.tsx";
import type { VersionData } from "#components/datasets/data.ts";
import { ExampleView } from "#components/datasets/example-view.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { cn } from "#components/ui/cn.ts";
import { FilterBar, SearchFilter } from "#components/ui/filter-bar.tsx";
import { formatNumber, plural } from "#components/ui/format.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { splits } from "#db/enums.ts";
import { formatPlace } from "#server/datasets/pass/report.rule.ts";

const perPage = 20;

/** The rows as they are trained on, page by page or by a search through their text. */
export function RowsTab({ version }: { version: VersionData }) {
  const trpc = useTRPC();
  const trainIsEmpty = version.trainRows === 0;
  const [{ split, row, find }, set] = useQueryStates({
    split: parseAsStringLiteral(splits).withDefault(trainIsEmpty ? "validation" : "train"),
    row: parseAsInteger.withDefault(0),
    find: parseAsString.withDefault(""),
  });
  const offset = Math.max(0, row);
  const query = useQuery(
    trpc.datasets.rows.queryOptions(
      { versionId: version.id, split, offset, limit: perPage, ...(find ? { search: find } : {}) },
      { placeholderData: keepPreviousData, staleTime: Number.POSITIVE_INFINITY },
    ),
  );
  const counts = { train: version.trainRows ?? 0, validation: version.validationRows ?? 0 };
  const rows = query.data?.rows;
  return (
    <>
      <FilterBar aside={<span>{find ? "Rows whose text holds this" : plural(counts[split], "row")}</span>}>
        <fieldset className="flex rounded-md border border-line-strong bg-panel p-0.5" aria-label="Split">
          {splits.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={split === name}
              onClick={() => void set({ split: name, row: null })}
              className={cn("h-6.5 rounded-sm px-2.5 text-sm", split === name ? "bg-hover font-medium" : "text-ink-2")}
            >
              {name === "train" ? "Training" : "Validation"}{" "}
              <span className="text-ink-3 text-xs tabular-nums">{formatNumber(counts[name])}</span>
            </button>
          ))}
        </fieldset>
        <SearchFilter param="find" placeholder="Search in the rows" />
      </FilterBar>
      <Card flush>
        {query.error && <QueryError error={query.error} onRetry={() => query.refetch()} />}
        {!query.error && rows === undefined && <LoadingExamples />}
        {rows?.length === 0 && (
          <EmptyState title={find ? "No row holds this" : "No rows here"}>
            {find
              ? query.data?.nextOffset
                ? "The first part of the file was searched. Go on to search the rest."
                : "The whole split was searched."
              : "This split is empty: with few rows a tenth can be none."}
          </EmptyState>
        )}
        <CardRows className={query.isPlaceholderData ? "opacity-60" : ""}>
          {rows?.map((example) => (
            <CardRow key={example.row} className="items-start">
              <span className="w-14 shrink-0 pt-0.5 text-right font-mono text-ink-3 text-xs max-md:w-8">
                {formatNumber(example.row + 1)}
              </span>
              <div className="grid min-w-0 flex-1 gap-1">
                <Clamped long={isLong(example.value)}>
                  <ExampleView value={example.value} />
                </Clamped>
                {example.source && (
                  <span className="text-ink-3 text-xs tabular-nums">
                    {formatPlace(example.source)} of {version.filename}
                  </span>
                )}
                {example.cut && <Chip tone="plain">cut here after 20,000 characters</Chip>}
              </div>
            </CardRow>
          ))}
        </CardRows>
        {query.data && (offset > 0 || query.data.nextOffset !== null) && (
          <div className="flex items-center justify-between gap-2 border-t px-4 py-2">
            <Button
              size="sm"
              icon={<ChevronLeft aria-hidden />}
              disabledReason={offset === 0 ? "These are the first rows" : undefined}
              onClick={() => void set({ row: find || offset <= perPage ? null : offset - perPage })}
            >
              {find ? "From the start" : "Earlier"}
            </Button>
            <span className="text-ink-3 text-xs tabular-nums">
              {rows?.length
                ? `${formatNumber((rows[0]?.row ?? 0) + 1)} to ${formatNumber((rows.at(-1)?.row ?? 0) + 1)} of ${formatNumber(query.data.total)}`
                : ""}
            </span>
            <Button
              size="sm"
              disabledReason={query.data.nextOffset === null ? "These are the last rows" : undefined}
              onClick={() => void set({ row: query.data.nextOffset })}
            >
              Later
              <ChevronRight aria-hidden />
            </Button>
          </div>
        )}
      </Card>
    </>
  );
}

function LoadingExamples() {
  return (
    <div className="grid gap-4 p-4">
      {["first", "second", "third"].map((key) => (
        <Skeleton key={key} className="h-16" />
      ))}
    </div>
  );
}

const longCharacters = 1_200;

/** How long an example is when it is too long to show whole at once, else null. */
export function isLong(value: unknown): number | null {
  const { length } = JSON.stringify(value);
  return length > longCharacters ? length : null;
}

/** The beginning of something long, and a button for the rest. */
function Clamped({ long, children }: { long: number | null; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  if (long === null) return children;
  return (
    <div className="grid justify-items-start gap-1">
      <div
        className={
          open ? "w-full" : "max-h-56 w-full overflow-hidden [mask-image:linear-gradient(black_75%,transparent)]"
        }
      >
        {children}
      </div>
      <LinkButton className="text-xs" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Show less" : `Show all ${formatNumber(long)} characters`}
      </LinkButton>
    </div>
  );
}
