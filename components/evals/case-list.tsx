"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { CaseRow } from "#components/evals/case-row.tsx";
import { failureOf } from "#components/failure.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { EmptyState, ErrorState } from "#components/ui/states.tsx";
import type { GraderSummary } from "#db/eval-summary.ts";
import { caseOutcomes } from "#server/evals/input.ts";

const pageSize = 20;
const words = { lost: "Lost", won: "Won", tied: "Tied", all: "All" };

/** Every case with its reference and both answers, what the candidate lost first. */
export function CaseList({
  evalId,
  headline,
  candidate,
  baseline,
}: {
  evalId: string;
  headline: GraderSummary;
  candidate: string;
  baseline: string;
}) {
  const trpc = useTRPC();
  const [outcome, setOutcome] = useQueryState("cases", parseAsStringLiteral(caseOutcomes).withDefault("all"));
  const query = useInfiniteQuery(
    trpc.evals.cases.infiniteQueryOptions(
      { evalId, outcome, limit: pageSize },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: keepPreviousData },
    ),
  );
  const counts = query.data?.pages[0]?.counts;
  const items = query.data?.pages.flatMap((page) => page.items);
  const all = counts ? counts.lost + counts.won + counts.tied : 0;
  const total = counts && outcome !== "all" ? counts[outcome] : all;
  const choices = (
    <span className="flex gap-2">
      {caseOutcomes.map((one) => (
        <Button
          key={one}
          size="sm"
          variant={outcome === one ? "primary" : "outline"}
          aria-pressed={outcome === one}
          onClick={() => void setOutcome(one)}
        >
          {words[one]} {counts && formatNumber(one === "all" ? all : counts[one])}
        </Button>
      ))}
    </span>
  );
  return (
    <Card title="Cases, worst regressions first" aside={choices} flush>
      {query.isPending && <Skeleton className="m-4 h-40" />}
      {query.error && <ErrorState message={failureOf(query.error).message} onRetry={() => query.refetch()} />}
      {items?.length === 0 && <EmptyState title={outcome === "lost" ? "Nothing was lost" : "No such case"} />}
      <ul className="divide-y">
        {items?.map((item, index) => (
          <CaseRow
            key={item.caseIndex}
            item={item}
            headline={headline}
            candidate={candidate}
            baseline={baseline}
            startOpen={index === 0}
          />
        ))}
      </ul>
      {total > pageSize && (
        <div className="flex items-center gap-2 border-t px-4 py-2.5 text-ink-3">
          {formatNumber(items?.length ?? 0)} of {formatNumber(total)}
          <Button
            size="sm"
            className="ml-auto"
            disabledReason={query.hasNextPage ? undefined : "These are all"}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
    </Card>
  );
}
