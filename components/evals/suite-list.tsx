"use client";

import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Archive, ListChecks, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Column } from "#components/data-table/columns.ts";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { ResourceList } from "#components/data-table/resource-list.tsx";
import { useList } from "#components/data-table/use-list.ts";
import { DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ButtonLink, TextLink } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { SearchFilter } from "#components/ui/filter-bar.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { formatLeftOut } from "#server/evals/left-out.rule.ts";
import type { AppRouter } from "#server/router.ts";

type Row = inferRouterOutputs<AppRouter>["evals"]["suites"]["items"][number];

/** The suites of the project with where they come from; archiving or deleting one keeps its evals. */
export function SuiteList({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const cannotMake = useRefusal("evals.createSuite");
  const cannotArchive = useRefusal("evals.archiveSuite");
  const cannotDelete = useRefusal("evals.deleteSuite");
  const { input, table } = useList(lists.suites);
  const suites = useInfiniteQuery(
    trpc.evals.suites.infiniteQueryOptions(input, { ...paged, placeholderData: keepPreviousData }),
  );
  const [leaving, setLeaving] = useState<Row | null>(null);
  const [deleting, setDeleting] = useState<string | null>(null);
  const archive = useMutation(
    trpc.evals.archiveSuite.mutationOptions({
      onSuccess: () => client.invalidateQueries(trpc.evals.suites.pathFilter()),
    }),
  );
  const columns: readonly Column<Row>[] = [
    {
      id: "name",
      header: "Name",
      fixed: true,
      phone: "title",
      sortable: true,
      cell: (row) => <b className="font-medium">{row.name}</b>,
    },
    { id: "cases", header: "Cases", numeric: true, sortable: true, cell: (row) => row.cases },
    {
      id: "from",
      header: "From",
      cell: (row) => (
        <TextLink href={`/${slug}/datasets/${row.datasetId}?version=${row.datasetVersion}`}>
          {row.dataset} v{row.datasetVersion}, {row.split}
        </TextLink>
      ),
    },
    { id: "graders", header: "Graders", cell: (row) => row.graders.map((grader) => grader.name).join(", ") },
    { id: "evals", header: "Evals", numeric: true, sortable: true, cell: (row) => row.evals },
    {
      id: "created",
      header: "Created",
      sortable: true,
      cell: (row) => <RelativeTime at={row.createdAt} />,
    },
    {
      id: "actions",
      header: "Actions",
      quietHeader: true,
      fixed: true,
      phone: "corner",
      cell: (row) => (
        <span className="whitespace-nowrap">
          <IconButton label={`Archive ${row.name}`} disabledReason={cannotArchive} onClick={() => setLeaving(row)}>
            <Archive aria-hidden />
          </IconButton>
          <IconButton label={`Delete ${row.name}`} disabledReason={cannotDelete} onClick={() => setDeleting(row.id)}>
            <Trash2 aria-hidden />
          </IconButton>
        </span>
      ),
    },
  ];
  return (
    <>
      <ResourceList
        label="Suites"
        columns={columns}
        query={suites}
        noun="suite"
        filters={<SearchFilter param="suite-q" />}
        rowId={(row) => row.id}
        rowNote={(row) => {
          const leftOut = formatLeftOut(row.cases, row.leftOut);
          return leftOut ? <span className="text-ink-3 text-xs">{leftOut}.</span> : undefined;
        }}
        {...table}
        empty={
          <EmptyState
            icon={<ListChecks aria-hidden />}
            title="No suite yet"
            action={
              <ButtonLink variant="primary" href={`/${slug}/evals/suites/new`} disabledReason={cannotMake}>
                Create a suite
              </ButtonLink>
            }
          >
            Freeze rows that training never sees, choose how answers are graded, and compare every model on the same
            cases.
          </EmptyState>
        }
      />
      <ConfirmDialog
        open={leaving !== null}
        onOpenChange={(open) => !open && setLeaving(null)}
        title={`Archive ${leaving?.name}?`}
        description="It leaves this list and the new-eval form."
        affects={[`${leaving?.evals ?? 0} evals and their scores stay as they are`]}
        confirmLabel="Archive suite"
        variant="primary"
        onConfirm={() => leaving && archive.mutateAsync({ suiteId: leaving.id })}
      />
      <DeleteSuite suite={deleting} onClose={() => setDeleting(null)} />
    </>
  );
}

/** The end of a suite; the evals on it keep their results. Open while `suite`, an id, is given. */
function DeleteSuite({ suite, onClose }: { suite: string | null; onClose: () => void }) {
  const trpc = useTRPC();
  const which = { suite: suite ?? "" };
  const affects = useQuery(trpc.evals.deleteSuiteAffects.queryOptions(which, whileOpen(suite !== null)));
  const remove = useMutation(trpc.evals.deleteSuite.mutationOptions());
  return (
    <DeleteDialog
      open={suite !== null}
      onOpenChange={(open) => !open && onClose()}
      noun="suite"
      affects={affects}
      onDelete={() => remove.mutateAsync(which)}
      stale={trpc.evals.suites.pathFilter()}
      gone={suite === null ? [] : [suite]}
    />
  );
}
