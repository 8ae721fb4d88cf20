"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Flame, Plus } from "lucide-react";
import type { Column } from "#components/data-table/columns.ts";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { isMoving, pollMs, type RunRow } from "#components/runs/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { CutName } from "#components/ui/cut-name.tsx";
import { ChoiceFilter, SearchFilter } from "#components/ui/filter-bar.tsx";
import { formatDurationMs, formatLoss, formatNumber, formatRemaining } from "#components/ui/format.ts";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { statusVariant } from "#components/ui/status.ts";
import { runStatuses } from "#db/enums.ts";
import { findMethod } from "#server/runs/methods/table.ts";

const columns: readonly Column<RunRow>[] = [
  {
    id: "name",
    header: "Name",
    fixed: true,
    phone: "title",
    sortable: true,
    cell: (row) => (
      <b className="font-medium">
        <CutName name={row.name} />
      </b>
    ),
  },
  {
    id: "status",
    header: "Status",
    phone: "corner",
    sortable: true,
    cell: (row) => <StatusChip status={row.status} />,
  },
  { id: "method", header: "Method", cell: (row) => findMethod(row.method)?.label ?? row.method },
  { id: "base", header: "Base", sortable: true, cell: (row) => `${row.base}/${row.baseVersion}` },
  {
    id: "dataset",
    header: "Dataset",
    className: "md:whitespace-nowrap",
    sortable: true,
    cell: (row) => `${row.dataset} v${row.datasetVersion}`,
  },
  {
    id: "loss",
    header: "Loss",
    numeric: true,
    sortable: true,
    cell: (row) => (row.loss === null ? <span className="text-ink-3">not measured</span> : formatLoss(row.loss)),
  },
  {
    id: "duration",
    header: "Duration",
    numeric: true,
    sortable: true,
    cell: (row) =>
      row.startedAt && row.finishedAt ? (
        formatDurationMs(row.finishedAt.getTime() - row.startedAt.getTime())
      ) : (
        <span className="text-ink-3">not ended</span>
      ),
  },
  {
    id: "created",
    header: "Queued",
    sortable: true,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
];

/** Every training job of the project; those that run move by themselves. */
export function RunList({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const refusal = useRefusal("runs.start");
  const { input, table } = useList(lists.runs);
  const query = useInfiniteQuery(
    trpc.runs.list.infiniteQueryOptions(input, {
      ...paged,
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) =>
        state.data?.pages.some((page) => page.items.some((row) => isMoving(row.status))) ? pollMs : false,
    }),
  );
  const start = (
    <ButtonLink href={`/${slug}/runs/new`} variant="primary" icon={<Plus aria-hidden />} disabledReason={refusal}>
      New run
    </ButtonLink>
  );
  return (
    <Page>
      <PageHead
        title="Runs"
        purpose="Training jobs. A run goes on when this tab is closed, and survives a restart."
        actions={start}
      />
      <ResourceList
        filters={
          <>
            <SearchFilter placeholder="Filter by name, base or dataset" />
            <ChoiceFilter
              param="status"
              label="Status"
              options={runStatuses.map((value) => ({ value, label: statusVariant(value).word }))}
            />
          </>
        }
        label="Runs"
        noun="run"
        query={query}
        columns={columns}
        columnsKey="runs"
        rowId={(row) => row.id}
        rowHref={(row) => `/${slug}/runs/${row.id}`}
        rowNote={noteOf}
        {...table}
        empty={
          <EmptyState icon={<Flame aria-hidden />} title="Nothing has been trained yet" action={start}>
            A run fine-tunes a base model on one version of a dataset and produces a new model version. On the sample
            tickets, nano takes about a minute.
          </EmptyState>
        }
      />
    </Page>
  );
}

function noteOf(row: RunRow) {
  if (row.status === "running")
    return (
      <div className="flex items-center gap-2 text-ink-3 text-xs">
        <Progress value={row.step} max={row.totalSteps ?? 1} label={`Steps of ${row.name}`} className="w-40" />
        {formatNumber(row.step)} of {row.totalSteps === null ? "?" : formatNumber(row.totalSteps)} steps
        {row.etaSeconds !== null && `, ${formatRemaining(row.etaSeconds)} left`}
      </div>
    );
  return row.error ? (
    <span className="text-bad text-xs">
      {row.error.message} {row.error.hint}
    </span>
  ) : undefined;
}
