"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { DatasetData } from "#components/datasets/data.ts";
import { DeleteDialog, whileOpen } from "#components/delete-dialog.tsx";
import { useTRPC } from "#components/trpc.tsx";

type Asked = { slug: string; dataset: DatasetData; open: boolean; onOpenChange: (open: boolean) => void };

/** The end of a dataset with all its versions; what trains on it or was made of it is named first. */
export function DeleteDataset({ slug, dataset, open, onOpenChange }: Asked) {
  const trpc = useTRPC();
  const which = { dataset: dataset.id };
  const affects = useQuery(trpc.datasets.deleteAffects.queryOptions(which, whileOpen(open)));
  const remove = useMutation(trpc.datasets.delete.mutationOptions());
  return (
    <DeleteDialog
      open={open}
      onOpenChange={onOpenChange}
      noun="dataset"
      affects={affects}
      onDelete={() => remove.mutateAsync(which)}
      goTo={`/${slug}/datasets`}
      stale={trpc.datasets.list.pathFilter()}
      gone={[dataset.id]}
    />
  );
}

/** The end of the version on the page; the others stay. */
export function DeleteDatasetVersion({ slug, dataset, open, onOpenChange }: Asked) {
  const trpc = useTRPC();
  const which = { ref: dataset.id, version: dataset.version.version };
  const affects = useQuery(trpc.datasets.deleteVersionAffects.queryOptions(which, whileOpen(open)));
  const remove = useMutation(trpc.datasets.deleteVersion.mutationOptions());
  return (
    <DeleteDialog
      open={open}
      onOpenChange={onOpenChange}
      noun="dataset version"
      affects={affects}
      onDelete={() => remove.mutateAsync(which)}
      goTo={`/${slug}/datasets/${dataset.id}`}
      stale={trpc.datasets.pathFilter()}
      gone={[dataset.id, dataset.version.version]}
    />
  );
}
