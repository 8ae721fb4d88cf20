"use client";

import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Database, Upload } from "lucide-react";
import { useRouter } from "next/navigation";
import { paged } from "#components/data-table/define-list.ts";
import { type datasetShows, lists } from "#components/data-table/lists.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { isMoving } from "#components/datasets/data.ts";
import { datasetColumns, datasetNote } from "#components/datasets/dataset-columns.tsx";
import { failureOf } from "#components/failure.ts";
import { useLive } from "#components/live.tsx";
import { useProject, useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { ChoiceFilter, SearchFilter } from "#components/ui/filter-bar.tsx";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { Select } from "#components/ui/select.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { statusVariant } from "#components/ui/status.ts";
import { notify } from "#components/ui/toast.tsx";
import { datasetShapes, datasetStatuses } from "#db/enums.ts";
import { shapeLabels } from "#server/datasets/shapes/canonical.rule.ts";

const movingEveryMs = 1_000;
const showOptions = [
  { value: "live", label: "Live datasets" },
  { value: "archived", label: "Archived" },
] as const satisfies readonly { value: (typeof datasetShows)[number]; label: string }[];
const shownStatuses = datasetStatuses.filter((status) => status !== "uploading");

/** Every dataset of the project by its newest version. */
export function DatasetsPage({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { id: projectId } = useProject();
  const { filters, setFilters, input, table } = useList(lists.datasets);
  const query = useInfiniteQuery(
    trpc.datasets.list.infiniteQueryOptions(input, {
      ...paged,
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) =>
        state.data?.pages.some((page) => page.items.some((row) => isMoving(row.latest.status))) ? movingEveryMs : false,
    }),
  );
  useLive(`project:${projectId}`, () => void client.invalidateQueries(trpc.datasets.list.pathFilter()));
  const upload = <UploadButton slug={slug} />;
  return (
    <Page>
      <PageHead
        title="Datasets"
        purpose="What models learn from and are judged by. Versions never change once they are ready."
        actions={upload}
      />
      <ResourceList
        filters={
          <>
            <SearchFilter />
            <ChoiceFilter
              param="shape"
              label="Shape"
              options={datasetShapes.map((shape) => ({ value: shape, label: shapeLabels[shape] }))}
            />
            <ChoiceFilter
              param="status"
              label="Status"
              options={shownStatuses.map((status) => ({ value: status, label: statusVariant(status).word }))}
            />
            <Select
              aria-label="Which datasets"
              className="w-auto min-w-36"
              value={filters.show}
              onValueChange={(show) => void setFilters({ show })}
              options={showOptions}
            />
          </>
        }
        label="Datasets"
        noun="dataset"
        query={query}
        columns={datasetColumns}
        columnsKey="datasets"
        rowId={(row) => row.id}
        rowHref={(row) => `/${slug}/datasets/${row.id}`}
        rowNote={datasetNote}
        {...table}
        empty={
          <EmptyState
            icon={<Database aria-hidden />}
            title="No data yet"
            action={
              <>
                {upload}
                <UseSample slug={slug} />
              </>
            }
          >
            A dataset is what a model learns from and is judged by: chats, prompts with their answers, or plain text,
            one JSON object per line. Problems come back with their line numbers before any compute is spent.
          </EmptyState>
        }
      />
    </Page>
  );
}

function UploadButton({ slug }: { slug: string }) {
  const refusal = useRefusal("datasets.create");
  return (
    <ButtonLink variant="primary" href={`/${slug}/datasets/new`} icon={<Upload aria-hidden />} disabledReason={refusal}>
      Upload
    </ButtonLink>
  );
}

/** Imports our own support-ticket sample and opens it. */
function UseSample({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("datasets.useSample");
  const mutation = useMutation(
    trpc.datasets.useSample.mutationOptions({
      onSuccess: async ({ datasetId }) => {
        await client.invalidateQueries(trpc.datasets.list.pathFilter());
        router.push(`/${slug}/datasets/${datasetId}`);
      },
      onError: (error) => notify.failed("The sample was not imported", new Error(failureOf(error).message)),
    }),
  );
  return (
    <Button pending={mutation.isPending} disabledReason={refusal} onClick={() => mutation.mutate()}>
      Use the sample
    </Button>
  );
}
