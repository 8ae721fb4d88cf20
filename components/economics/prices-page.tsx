"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { CircleDollarSign } from "lucide-react";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { priceColumns } from "#components/economics/price-columns.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { SearchFilter } from "#components/ui/filter-bar.tsx";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { EmptyState } from "#components/ui/states.tsx";

export function PricesPage() {
  const trpc = useTRPC();
  const { input, table } = useList(lists.prices);
  const query = useInfiniteQuery(
    trpc.economics.prices.infiniteQueryOptions(input, { ...paged, placeholderData: keepPreviousData }),
  );
  return (
    <Page>
      <PageHead
        title="Prices"
        purpose="What a model's tokens cost you. Each call is billed at the price of its moment; without one its cost is not measured."
      />
      <ResourceList
        filters={<SearchFilter placeholder="Filter by model" />}
        label="Prices"
        noun="model"
        query={query}
        columns={priceColumns}
        columnsKey="prices"
        rowId={(row) => row.id}
        {...table}
        empty={
          <EmptyState icon={<CircleDollarSign aria-hidden />} title="No models yet">
            <p>Prices belong to models: import a base or train one, then say here what a million tokens cost.</p>
          </EmptyState>
        }
      />
    </Page>
  );
}
