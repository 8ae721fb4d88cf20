"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { parseAsInteger, parseAsStringLiteral, useQueryState } from "nuqs";
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
  const [offset, setOffset] = useQueryState("from", parseAsInteger.withDefault(0));
  const query = useQuery(
    trpc.evals.cases.queryOptions({ evalId, outcome, offset, limit: pageSize }, { placeholderData: keepPreviousData }),
  );
  const counts = query.data?.counts;
  const total = query.data?.total ?? 0;
  const choices = (
    <span className="flex gap-2">
      {caseOutcomes.map((one) => (
        <Button
          key={one}
          size="sm"
          variant={outcome === one ? "primary" : "outline"}
          aria-pressed={outcome === one}
          onClick={() => {
            void setOutcome(one);
            void setOffset(0);
          }}
        >
          {words[one]} {counts && formatNumber(one === "all" ? counts.lost + counts.won + counts.tied : counts[one])}
        </Button>
      ))}
    </span>
  );
  return (
    <Card title="Cases, worst regressions first" aside={choices} flush>
      {query.isPending && <Skeleton className="m-4 h-40" />}
      {query.error && <ErrorState message={failureOf(query.error).message} onRetry={() => query.refetch()} />}
      {query.data?.items.length === 0 && (
        <EmptyState title={outcome === "lost" ? "Nothing was lost" : "No such case"} />
      )}
      <ul className="divide-y">
        {query.data?.items.map((item, index) => (
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
          {formatNumber(offset + 1)} to {formatNumber(Math.min(total, offset + pageSize))} of {formatNumber(total)}
          <span className="ml-auto flex gap-2">
            <Button
              size="sm"
              disabledReason={offset === 0 ? "This is the first page" : undefined}
              onClick={() => void setOffset(Math.max(0, offset - pageSize))}
            >
              Previous
            </Button>
            <Button
              size="sm"
              disabledReason={offset + pageSize >= total ? "This is the last page" : undefined}
              onClick={() => void setOffset(offset + pageSize)}
            >
              Next
            </Button>
          </span>
        </div>
      )}
    </Card>
  );
}
