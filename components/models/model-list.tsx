"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Box, Plus } from "lucide-react";
import type { Column } from "#components/data-table/columns.ts";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { VerdictChip } from "#components/evals/verdict-chip.tsx";
import { AliasChip } from "#components/models/alias-chip.tsx";
import { formatEval, type ModelRow, pollMs } from "#components/models/data.ts";
import { ImportNote } from "#components/models/import-note.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Chip, StatusChip } from "#components/ui/chip.tsx";
import { ChoiceFilter, SearchFilter } from "#components/ui/filter-bar.tsx";
import { formatCompact, formatSigned } from "#components/ui/format.ts";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { modelKinds } from "#db/enums.ts";

const kindLabels = { base: "Base", tuned: "Fine-tuned" } as const;

const columns: readonly Column<ModelRow>[] = [
  {
    id: "name",
    header: "Name",
    fixed: true,
    phone: "title",
    sortable: true,
    cell: (row) => <b className="font-medium">{row.name}</b>,
  },
  { id: "kind", header: "Kind", sortable: true, cell: (row) => <Chip>{kindLabels[row.kind]}</Chip> },
  {
    id: "latest",
    header: "Latest",
    numeric: true,
    sortable: true,
    cell: (row) => (row.latest ? `${row.name}/${row.latest.version}` : "none"),
  },
  {
    id: "status",
    header: "Status",
    phone: "corner",
    sortable: true,
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
    sortable: true,
    cell: (row) => (row.latest?.parameters ? formatCompact(row.latest.parameters) : "not known"),
  },
  {
    id: "updated",
    header: "Updated",
    sortable: true,
    cell: (row) => <RelativeTime at={row.updatedAt} />,
  },
];

/** Every registered model: bases to start from and what was tuned on them. */
export function ModelList({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const refusal = useRefusal("models.import");
  const { input, table } = useList(lists.models);
  const query = useInfiniteQuery(
    trpc.models.list.infiniteQueryOptions(input, {
      ...paged,
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) =>
        state.data?.pages.some((page) => page.items.some((row) => row.latest?.status === "importing")) ? pollMs : false,
    }),
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
        {...table}
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
