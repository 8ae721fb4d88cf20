"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Box, Plus } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import type { Column } from "#components/data-table/columns.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useSort } from "#components/data-table/use-sort.ts";
import { VerdictChip } from "#components/evals/verdict-chip.tsx";
import { AliasChip } from "#components/models/alias-chip.tsx";
import { formatEval, type ModelRow, pollMs } from "#components/models/data.ts";
import { ImportNote } from "#components/models/import-note.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Chip, StatusChip } from "#components/ui/chip.tsx";
import { ChoiceFilter, SearchFilter, useChoice } from "#components/ui/filter-bar.tsx";
import { formatCompact, formatSigned } from "#components/ui/format.ts";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { modelKinds } from "#db/enums.ts";
import { modelSorts } from "#server/models/input.ts";

const kindLabels = { base: "Base", tuned: "Fine-tuned" } as const;

const columns: readonly Column<ModelRow>[] = [
  {
    id: "name",
    header: "Name",
    fixed: true,
    phone: "title",
    sortBy: "server",
    cell: (row) => <b className="font-medium">{row.name}</b>,
  },
  { id: "kind", header: "Kind", sortBy: "server", cell: (row) => <Chip>{kindLabels[row.kind]}</Chip> },
  {
    id: "latest",
    header: "Latest",
    numeric: true,
    sortBy: "server",
    cell: (row) => (row.latest ? `${row.name}/${row.latest.version}` : "none"),
  },
  {
    id: "status",
    header: "Status",
    phone: "corner",
    sortBy: "server",
    cell: (row) => row.latest && <StatusChip status={row.latest.status} />,
  },
  {
    id: "champion",
    header: "Champion",
    cell: (row) =>
      row.champion ? (
        <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
          {row.name}/{row.champion.version} <AliasChip alias="champion" />
        </span>
      ) : (
        <span className="text-ink-3">none yet</span>
      ),
  },
  {
    id: "eval",
    header: "Latest eval",
    cell: (row) =>
      row.headline?.headline ? (
        <span
          className="inline-flex items-center gap-1.5 whitespace-nowrap tabular-nums"
          title={formatEval(row.headline) ?? ""}
        >
          {row.headline.headline.n > 0
            ? `${formatSigned(row.headline.headline.difference.score * 100)} points`
            : "not measured"}{" "}
          <VerdictChip verdict={row.headline.headline.verdict} />
        </span>
      ) : (
        <span className="text-ink-3">not measured</span>
      ),
  },
  {
    id: "deployments",
    header: "Serves",
    cell: (row) =>
      row.deployments.length > 0 ? (
        row.deployments.map((one) => one.name).join(", ")
      ) : (
        <span className="text-ink-3">nothing</span>
      ),
  },
  {
    id: "parameters",
    header: "Parameters",
    numeric: true,
    optional: true,
    sortBy: "server",
    cell: (row) => (row.latest?.parameters ? formatCompact(row.latest.parameters) : "not known"),
  },
  {
    id: "updated",
    header: "Updated",
    sortBy: "server",
    cell: (row) => <RelativeTime at={row.updatedAt} />,
  },
];

/** Every registered model: bases to start from and what was tuned on them. */
export function ModelList({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const refusal = useRefusal("models.import");
  const [search, setSearch] = useQueryState("q", parseAsString.withDefault(""));
  const [kinds, setKinds] = useChoice("kind");
  const [sort, setSort] = useSort(modelSorts, { by: "updated", desc: true });
  const chosen = modelKinds.filter((kind) => kinds.includes(kind));
  const kind = chosen.length === 1 ? chosen[0] : undefined;
  const query = useInfiniteQuery(
    trpc.models.list.infiniteQueryOptions(
      { search: search || undefined, kind, sort },
      {
        getNextPageParam: (page) => page.nextCursor ?? undefined,
        placeholderData: keepPreviousData,
        refetchInterval: ({ state }) =>
          state.data?.pages.some((page) => page.items.some((row) => row.latest?.status === "importing"))
            ? pollMs
            : false,
      },
    ),
  );
  const importBase = (
    <ButtonLink href={`/${slug}/models/new`} variant="primary" icon={<Plus aria-hidden />} disabledReason={refusal}>
      Import a base model
    </ButtonLink>
  );
  return (
    <Page>
      <PageHead
        title="Models"
        purpose="Base models that runs start from, and the versions they produced."
        actions={importBase}
      />
      <ResourceList
        filters={
          <>
            <SearchFilter />
            <ChoiceFilter
              param="kind"
              label="Kind"
              options={modelKinds.map((value) => ({ value, label: kindLabels[value] }))}
            />
          </>
        }
        label="Models"
        noun="model"
        query={query}
        columns={columns}
        columnsKey="models"
        rowId={(row) => row.id}
        rowHref={(row) => `/${slug}/models/${row.id}`}
        rowNote={(row) =>
          row.latest && row.latest.status !== "ready" ? <ImportNote name={row.name} version={row.latest} /> : undefined
        }
        sort={sort}
        onSort={setSort}
        filtered={search !== "" || chosen.length > 0}
        onClearFilters={() => {
          void setSearch(null);
          void setKinds(null);
        }}
        empty={
          <EmptyState icon={<Box aria-hidden />} title="No model yet" action={importBase}>
            A run starts from a base model and ends as a new version here. Begin with nano, which ships with LargeForge
            and trains in minutes on a laptop, or bring one of your own.
          </EmptyState>
        }
      />
    </Page>
  );
}
