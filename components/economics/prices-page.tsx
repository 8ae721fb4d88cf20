"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleDollarSign } from "lucide-react";
import { useQueryState } from "nuqs";
import { DataTable } from "#components/data-table/data-table.tsx";
import { priceColumns } from "#components/economics/price-columns.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { SearchFilter } from "#components/ui/filter-bar.tsx";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { EmptyState } from "#components/ui/states.tsx";

export function PricesPage() {
  const trpc = useTRPC();
  const list = useQuery(trpc.economics.prices.queryOptions());
  const [q, setQ] = useQueryState("q", { defaultValue: "" });
  const rows = list.data?.filter((row) => row.name.toLowerCase().includes(q.trim().toLowerCase()));
  return (
    <Page>
      <PageHead
        title="Prices"
        purpose="What a model's tokens cost you. Each call is billed at the price of its moment; without one its cost is not measured."
      />
      <DataTable
        filters={<SearchFilter placeholder="Filter by model" />}
        label="Prices"
        columns={priceColumns}
        rows={rows}
        rowId={(row) => row.id}
        sort={null}
        onSort={() => {}}
        error={list.error}
        onRetry={() => list.refetch()}
        filtered={q !== ""}
        onClearFilters={() => void setQ(null)}
        hasMore={false}
        onMore={() => {}}
        loadingMore={false}
        columnsKey="prices"
        empty={
          <EmptyState icon={<CircleDollarSign aria-hidden />} title="No models yet">
            <p>Prices belong to models: import a base or train one, then say here what a million tokens cost.</p>
          </EmptyState>
        }
      />
    </Page>
  );
}
