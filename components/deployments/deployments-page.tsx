"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Plus, Rocket } from "lucide-react";
import type { Column } from "#components/data-table/columns.ts";
import { paged } from "#components/data-table/define-list.ts";
import { type deploymentShows, lists } from "#components/data-table/lists.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { type DeploymentRow, deploymentState } from "#components/deployments/data.ts";
import { SplitBar } from "#components/deployments/split-bar.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { SearchFilter } from "#components/ui/filter-bar.tsx";
import { formatNumber, formatPercent } from "#components/ui/format.ts";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Select } from "#components/ui/select.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { percent } from "#server/deployments/weights.rule.ts";

const refreshMs = 15_000;
const showOptions = [
  { value: "live", label: "Live deployments" },
  { value: "retired", label: "Retired" },
] as const satisfies readonly { value: (typeof deploymentShows)[number]; label: string }[];

const columns: readonly Column<DeploymentRow>[] = [
  {
    id: "name",
    header: "Name",
    fixed: true,
    phone: "title",
    sortable: true,
    cell: (row) => <b className="font-medium">{row.name}</b>,
  },
  {
    id: "state",
    header: "State",
    phone: "corner",
    cell: (row) => <StatusChip status={stateOf(row)} />,
  },
  {
    id: "split",
    header: "Traffic",
    className: "min-w-44",
    cell: (row) =>
      row.retiredAt ? (
        <span className="text-ink-3">
          none since <RelativeTime at={row.retiredAt} />
        </span>
      ) : (
        <span className="grid gap-1">
          <SplitBar thin revisions={row.revisions} />
          {row.revisions
            .filter((revision) => revision.weightBps > 0)
            .map(({ id, number, model, version, weightBps }) => (
              <span key={id} className="flex justify-between gap-3 whitespace-nowrap text-ink-3 text-xs">
                <span className="min-w-0 truncate">
                  v{number} {model}/{version}
                </span>
                <span className="tabular-nums">{percent(weightBps)}</span>
              </span>
            ))}
        </span>
      ),
  },
  {
    id: "requests",
    header: "Requests, last hour",
    numeric: true,
    sortable: true,
    cell: (row) => formatNumber(row.requests),
  },
  {
    id: "failed",
    header: "Failed",
    numeric: true,
    sortable: true,
    cell: (row) =>
      row.requests > 0 ? formatPercent(row.failed / row.requests) : <span className="text-ink-3">no requests</span>,
  },
  {
    id: "created",
    header: "Created",
    sortable: true,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
];

function stateOf(row: DeploymentRow) {
  return row.retiredAt ? "retired" : deploymentState(row.revisions);
}

function noteOf(row: DeploymentRow) {
  const cold = row.revisions.find((revision) => revision.weightBps > 0 && revision.notReady);
  if (!cold) return undefined;
  return (
    <span className="text-bad text-xs">
      v{cold.number}: {cold.notReady}
    </span>
  );
}

/** Every served name of the project. */
export function DeploymentsPage({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const refusal = useRefusal("deployments.create");
  const { filters, setFilters, input, table } = useList(lists.deployments);
  const query = useInfiniteQuery(
    trpc.deployments.list.infiniteQueryOptions(input, {
      ...paged,
      placeholderData: keepPreviousData,
      refetchInterval: refreshMs,
    }),
  );
  const nothingLive = query.data?.pages[0]?.total === 0 && filters.q === "" && filters.show === "live";
  const ended = useQuery({
    ...trpc.deployments.list.queryOptions({ retired: true, limit: 1 }),
    enabled: nothingLive,
  });
  const retired = nothingLive ? (ended.data?.total ?? 0) : 0;
  const act = (
    <ButtonLink
      variant="primary"
      href={`/${slug}/deployments/new`}
      icon={<Plus aria-hidden />}
      disabledReason={refusal}
    >
      New deployment
    </ButtonLink>
  );
  return (
    <Page>
      <PageHead
        title="Deployments"
        purpose="The names that API clients call, and which model versions answer behind them."
        actions={act}
      />
      <ResourceList
        filters={
          <>
            <SearchFilter />
            <Select
              aria-label="Which deployments"
              className="w-auto min-w-44"
              value={filters.show}
              onValueChange={(show) => void setFilters({ show })}
              options={showOptions}
            />
          </>
        }
        label="Deployments"
        noun="deployment"
        query={query}
        columns={columns}
        columnsKey="deployments"
        rowId={(row) => row.id}
        rowHref={(row) => `/${slug}/deployments/${row.id}`}
        rowNote={noteOf}
        {...table}
        empty={
          <EmptyState
            icon={<Rocket aria-hidden />}
            title={retired > 0 ? `No live deployments; ${formatNumber(retired)} retired` : "Nothing is deployed yet"}
            action={
              <>
                {act}
                {retired > 0 && <Button onClick={() => void setFilters({ show: "retired" })}>Show</Button>}
              </>
            }
          >
            A deployment gives a model version a name of its own. Clients keep that name while you move their traffic
            from one version to the next.
          </EmptyState>
        }
      />
    </Page>
  );
}
