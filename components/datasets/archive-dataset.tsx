"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { DatasetData } from "#components/datasets/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { notify } from "#components/ui/toast.tsx";

/** Asks before a dataset leaves the lists, and offers undo afterwards. */
export function ArchiveDialog({
  slug,
  dataset,
  open,
  onOpenChange,
}: {
  slug: string;
  dataset: DatasetData;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const restore = useRestore(dataset);
  const archive = useMutation(
    trpc.datasets.archive.mutationOptions({
      onSuccess: async () => {
        router.push(`/${slug}/datasets`);
        notify.undoable(`${dataset.name} is archived`, restore.run, "Find it with the filter Archived.");
        await client.invalidateQueries(trpc.datasets.pathFilter());
      },
    }),
  );
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Archive ${dataset.name}?`}
      description="It leaves the lists. Nothing is deleted, and it can be restored."
      affects={[
        `${plural(dataset.versions.length, "version")} can no longer be chosen for new runs and suites`,
        `${plural(dataset.usedBy.runCount, "run")} and ${plural(dataset.usedBy.suites.length, "suite")} that use this version go on`,
      ]}
      confirmLabel="Archive dataset"
      variant="primary"
      onConfirm={() => archive.mutateAsync({ datasetId: dataset.id })}
    />
  );
}

/** On the page of an archived dataset: what that means, and the way back. */
export function ArchivedBanner({ dataset }: { dataset: DatasetData }) {
  const restore = useRestore(dataset);
  const refusal = useRefusal("datasets.restore");
  const button = (
    <Button size="sm" pending={restore.isPending} disabledReason={refusal} onClick={() => void restore.run()}>
      Restore
    </Button>
  );
  return (
    <Banner title="This dataset is archived" actions={button}>
      It is in no list and cannot be chosen for new runs and suites. What used it goes on.
    </Banner>
  );
}

function useRestore({ id, name }: DatasetData) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const restore = useMutation(trpc.datasets.restore.mutationOptions());
  async function run() {
    try {
      await restore.mutateAsync({ datasetId: id });
      notify.done(`${name} is restored`);
    } catch (cause) {
      notify.failed(`${name} was not restored`, cause);
    }
    await client.invalidateQueries(trpc.datasets.pathFilter());
  }
  return { isPending: restore.isPending, run };
}
