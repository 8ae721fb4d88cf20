"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { List } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";
import { DataTable } from "#components/data-table/data-table.tsx";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { formatCount } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { LatencyChart, RateChart } from "#components/requests/request-charts.tsx";
import { requestColumns } from "#components/requests/request-columns.tsx";
import { RequestDrawer } from "#components/requests/request-drawer.tsx";
import { RequestFilterBar } from "#components/requests/request-filter-bar.tsx";
import { anyCaller } from "#components/requests/request-filters.ts";
import { SummaryFacts } from "#components/requests/summary-facts.tsx";
import { useProject } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { EmptyState } from "#components/ui/states.tsx";

/** The request log: what happened, to whom, how fast, at what cost. */
export function RequestsPage() {
  const trpc = useTRPC();
  const { slug } = useProject();
  const { setFilters, input: asked, table } = useList(lists.requests);
  const [openId, setOpenId] = useQueryState("request", parseAsString.withOptions({ history: "push" }));
  const { sort, ...input } = asked;
  const list = useInfiniteQuery(
    trpc.requests.list.infiniteQueryOptions({ ...input, sort }, { ...paged, placeholderData: keepPreviousData }),
  );
  const summary = useQuery({ ...trpc.requests.summary.queryOptions(input), placeholderData: keepPreviousData });
  const rows = list.data?.pages.flatMap((page) => page.items);
  const total = summary.data?.requests;
  const columns = useMemo(() => requestColumns((id) => void setOpenId(id)), [setOpenId]);
  const callers = useQuery(trpc.requests.choices.queryOptions(anyCaller));
  const everAny = callers.data?.total !== 0;
  return (
    <Page>
      <PageHead
        title="Requests"
        purpose="Every call the gateway answered or refused. Prompts and answers are not kept."
      />
      {everAny && (
        <>
          <RequestFilterBar />
          <SummaryFacts summary={summary.data} />
          <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-2">
            <RateChart summary={summary.data} />
            <LatencyChart summary={summary.data} />
          </div>
        </>
      )}
      <DataTable
        label="Requests"
        columns={columns}
        columnsKey="requests"
        rows={rows}
        rowId={(row) => row.id}
        {...table}
        summary={rows && total !== undefined && formatCount(rows.length, total, "request")}
        refreshing={list.isPlaceholderData}
        error={list.error}
        onRetry={list.refetch}
        filtered={everAny}
        onClearFilters={() => void setFilters({ ...nothingChosen, period: "30d" })}
        hasMore={list.hasNextPage}
        onMore={list.fetchNextPage}
        loadingMore={list.isFetchingNextPage}
        empty={
          <EmptyState
            icon={<List aria-hidden />}
            title="No request has come in yet"
            action={
              <>
                <ButtonLink href={`/${slug}/playground`} variant="primary">
                  Open the playground
                </ButtonLink>
                <ButtonLink href={`/${slug}/settings/keys`}>Create a key</ButtonLink>
              </>
            }
          >
            Call a model in the playground, or from your program with an API key: each call appears here with its times,
            tokens and cost.
          </EmptyState>
        }
      />
      <RequestDrawer id={openId} onClose={() => void setOpenId(null)} />
    </Page>
  );
}

const nothingChosen = { q: null, model: null, outcome: null, actor: null, revision: null, kind: null };
