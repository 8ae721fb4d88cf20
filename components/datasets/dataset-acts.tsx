"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Archive, Download, Ellipsis, Flame, Upload } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { type DatasetData, partUrl } from "#components/datasets/data.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { DropdownMenu, MenuItem, MenuLine } from "#components/ui/dropdown-menu.tsx";
import { formatNumber, plural } from "#components/ui/format.ts";
import { notify } from "#components/ui/toast.tsx";

/** What can be done with a version: train, download, replace, archive. */
export function DatasetActs({ slug, dataset }: { slug: string; dataset: DatasetData }) {
  const { version } = dataset;
  const [archiving, setArchiving] = useState(false);
  const mayUpload = useRefusal("datasets.create") === undefined;
  const mayArchive = useRefusal("datasets.archive") === undefined;
  const cannotTrain = useTrainRefusal(dataset);
  const file = (part: Parameters<typeof partUrl>[2]) => partUrl(slug, version.id, part);
  return (
    <>
      <DropdownMenu
        align="end"
        trigger={
          <Button size="icon" aria-label="More acts">
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        <MenuItem asChild>
          <a href={file("source")}>
            <Download aria-hidden />
            Download the file as it came
          </a>
        </MenuItem>
        {version.trainRows ? (
          <MenuItem asChild>
            <a href={file("train")}>
              <Download aria-hidden />
              Download {formatNumber(version.trainRows)} training rows
            </a>
          </MenuItem>
        ) : null}
        {version.validationRows ? (
          <MenuItem asChild>
            <a href={file("validation")}>
              <Download aria-hidden />
              Download {formatNumber(version.validationRows)} validation rows
            </a>
          </MenuItem>
        ) : null}
        {mayUpload && (
          <>
            <MenuLine />
            <MenuItem asChild>
              <Link href={`/${slug}/datasets/new?name=${encodeURIComponent(dataset.name)}`}>
                <Upload aria-hidden />
                Upload the next version
              </Link>
            </MenuItem>
          </>
        )}
        {mayArchive && (
          <MenuItem danger onSelect={() => setArchiving(true)}>
            <Archive aria-hidden />
            Archive the dataset
          </MenuItem>
        )}
      </DropdownMenu>
      <ButtonLink
        look="primary"
        icon={<Flame aria-hidden />}
        href={`/${slug}/runs/new?dataset=${version.id}`}
        disabledReason={cannotTrain}
      >
        Train on this
      </ButtonLink>
      <ArchiveDialog slug={slug} dataset={dataset} open={archiving} onOpenChange={setArchiving} />
    </>
  );
}

function useTrainRefusal({ version }: DatasetData): string | undefined {
  const refusal = useRefusal("runs.start");
  if (refusal) return refusal;
  if (version.status === "importing") return "The import has not ended yet";
  if (version.status === "needs_review") return "Decide about its rows first";
  if (version.status !== "ready") return "A refused file cannot be trained on";
  if (version.shape === "preference") return "Training on preferences is not here yet; use chats, pairs or text";
  return version.trainRows === 0 ? "It has no training rows: all are kept for validation" : undefined;
}

function ArchiveDialog({
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
  const archive = useMutation(
    trpc.datasets.archive.mutationOptions({
      onSuccess: async () => {
        router.push(`/${slug}/datasets`);
        notify.done(`${dataset.name} is archived`, "A new upload under its name brings it back.");
        await client.invalidateQueries(trpc.datasets.list.pathFilter());
      },
    }),
  );
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Archive ${dataset.name}?`}
      description="It leaves the lists. Nothing is deleted: a new upload under its name brings it back."
      affects={[
        `${plural(dataset.versions.length, "version")} can no longer be chosen for new runs and suites`,
        `${plural(dataset.usedBy.runCount, "run")} and ${plural(dataset.usedBy.suites.length, "suite")} that use this version go on`,
      ]}
      confirmLabel="Archive dataset"
      onConfirm={() => archive.mutateAsync({ datasetId: dataset.id })}
    />
  );
}
