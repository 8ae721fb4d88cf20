"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { ArrowDown, ArrowUp, Equal } from "lucide-react";
import { parseAsInteger, parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { failureOf } from "#components/failure.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";
import { DeviationText } from "#components/ui/diff.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { EmptyState, ErrorState } from "#components/ui/states.tsx";
import { caseOutcomes } from "#server/evals/input.ts";
import type { AppRouter } from "#server/router.ts";

type Case = inferRouterOutputs<AppRouter>["evals"]["cases"]["items"][number];

const pageSize = 20;
const words = { lost: "Lost", won: "Won", tied: "Tied", all: "All" };

/** Every case with its reference and both answers, what the candidate lost first. */
export function CaseList({ evalId, candidate, baseline }: { evalId: string; candidate: string; baseline: string }) {
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
          look={outcome === one ? "primary" : "outline"}
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
          <CaseRow key={item.caseIndex} item={item} candidate={candidate} baseline={baseline} startOpen={index === 0} />
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

const outcomeLooks = {
  lost: { tone: "bad", icon: ArrowDown, words: "lost" },
  won: { tone: "ok", icon: ArrowUp, words: "won" },
  tied: { tone: "mute", icon: Equal, words: "tied" },
} as const;

function CaseRow({
  item,
  candidate,
  baseline,
  startOpen,
}: {
  item: Case;
  candidate: string;
  baseline: string;
  startOpen: boolean;
}) {
  const [open, setOpen] = useState(startOpen);
  const look = outcomeLooks[item.outcome];
  const question = item.prompt.findLast((turn) => turn.role === "user")?.content ?? item.prompt.at(-1)?.content ?? "";
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full items-center gap-3 px-4 py-2.5 text-left hover:bg-hover"
      >
        <b className="font-medium tabular-nums">#{item.caseIndex + 1}</b>
        <span className={open ? "min-w-0 flex-1 break-words" : "min-w-0 flex-1 truncate"}>{question}</span>
        <Chip tone={look.tone} icon={<look.icon aria-hidden />}>
          {look.words}
        </Chip>
      </button>
      {open && (
        <div className="grid gap-3 px-4 pb-4 md:grid-cols-3">
          <Answer title="Reference" text={item.reference} />
          <Answer title={baseline} text={item.baseline.output} error={item.baseline.error} against={item.reference} />
          <Answer
            title={candidate}
            text={item.candidate.output}
            error={item.candidate.error}
            against={item.reference}
          />
        </div>
      )}
    </li>
  );
}

function Answer({
  title,
  text,
  error,
  against,
}: {
  title: string;
  text: string | null;
  error?: string | null;
  against?: string;
}) {
  return (
    <div className="min-w-0">
      <div className="mb-1 text-ink-3 text-xs">{title}</div>
      {error ? (
        <p className="text-bad">{error}</p>
      ) : (
        <CodeWell>
          {against === undefined || text === null ? (text ?? "") : <DeviationText reference={against} text={text} />}
        </CodeWell>
      )}
    </div>
  );
}
