"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Scale } from "lucide-react";
import type { Column } from "#components/data-table/columns.ts";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { VerdictChip } from "#components/evals/verdict-chip.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Chip, StatusChip } from "#components/ui/chip.tsx";
import { ChoiceFilter, SearchFilter } from "#components/ui/filter-bar.tsx";
import { formatNumber, formatSigned } from "#components/ui/format.ts";
import { Progress } from "#components/ui/progress.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { statusVariant } from "#components/ui/status.ts";
import { type EvalStatus, evalStatuses } from "#db/enums.ts";
import type { AppRouter } from "#server/router.ts";

type Row = inferRouterOutputs<AppRouter>["evals"]["list"]["items"][number];

const pollMs = 1_500;
const isFinal = (status: EvalStatus) => status !== "queued" && status !== "running";

const columns: readonly Column<Row>[] = [
  {
    id: "name",
    header: "Comparison",
    fixed: true,
    phone: "title",
    sortable: true,
    cell: (row) => (
      <span>
        <b className="font-medium">{row.candidate}</b> <span className="text-ink-3">against {row.baseline}</span>
      </span>
    ),
  },
  { id: "suite", header: "Suite", sortable: true, cell: (row) => row.suite.name },
  { id: "cases", header: "Cases", numeric: true, sortable: true, cell: (row) => row.suite.cases },
  {
    id: "status",
    header: "Status",
    phone: "corner",
    sortable: true,
    cell: (row) => <StatusChip status={row.status} />,
  },
  {
    id: "difference",
    header: "Difference",
    numeric: true,
    sortable: true,
    cell: (row) =>
      row.headline?.n ? (
        `${formatSigned(row.headline.difference.score * 100)} points`
      ) : (
        <span className="text-ink-3">not measured</span>
      ),
  },
  {
    id: "verdict",
    header: "Verdict",
    cell: (row) =>
      row.headline && (
        <span className="flex flex-wrap items-center gap-1.5">
          <VerdictChip verdict={row.headline.verdict} />
          {row.overlap && row.overlap.either > 0 && (
            <Chip tone="hold">{formatNumber(row.overlap.either)} cases trained on</Chip>
          )}
        </span>
      ),
  },
  {
    id: "started",
    header: "Started",
    sortable: true,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
];

/** All evals of the project; running ones move by themselves. */
export function EvalList({ slug, hasSuites }: { slug: string; hasSuites: boolean }) {
  const trpc = useTRPC();
  const { input, table } = useList(lists.evals);
  const query = useInfiniteQuery(
    trpc.evals.list.infiniteQueryOptions(input, {
      ...paged,
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) =>
        state.data?.pages.some((page) => page.items.some((row) => !isFinal(row.status))) ? pollMs : false,
    }),
  );
  return (
    <ResourceList
      filters={
        <>
          <SearchFilter placeholder="Filter by model or suite" />
          <ChoiceFilter
            param="status"
            label="Status"
            options={evalStatuses.map((value) => ({ value, label: statusVariant(value).word }))}
          />
        </>
      }
      label="Evals"
      noun="eval"
      query={query}
      columns={columns}
      columnsKey="evals"
      rowId={(row) => row.id}
      rowHref={(row) => `/${slug}/evals/${row.id}`}
      rowNote={noteOf}
      {...table}
      empty={<NoEvals slug={slug} hasSuites={hasSuites} />}
    />
  );
}

function noteOf(row: Row) {
  if (row.status === "running")
    return (
      <div className="flex items-center gap-2 text-ink-3 text-xs">
        <Progress value={row.casesDone} max={row.casesTotal} label={`Calls of ${row.candidate}`} className="w-40" />
        {row.casesDone} of {row.casesTotal} calls
      </div>
    );
  return row.error ? <span className="text-bad text-xs">{row.error.message}</span> : undefined;
}

function NoEvals({ slug, hasSuites }: { slug: string; hasSuites: boolean }) {
  const refusal = useRefusal(hasSuites ? "evals.start" : "evals.createSuite");
  return (
    <EmptyState
      icon={<Scale aria-hidden />}
      title={hasSuites ? "No evals yet" : "First a suite, then an eval"}
      action={
        <ButtonLink
          variant="primary"
          href={hasSuites ? `/${slug}/evals/new` : `/${slug}/evals/suites/new`}
          disabledReason={refusal}
        >
          {hasSuites ? "Compare two models" : "Create a suite"}
        </ButtonLink>
      }
    >
      {hasSuites
        ? "An eval gives two model versions the same cases and says whether the difference is more than chance."
        : "A suite is a set of cases with reference answers, frozen from a dataset, and the graders that score the answers."}
    </EmptyState>
  );
}
