"use client";
import { Archive, Download, Ellipsis, Flame, Trash2, Upload } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { ArchiveDialog } from "#components/datasets/archive-dataset.tsx";
import { type DatasetData, partUrl } from "#components/datasets/data.ts";
import { DeleteDataset, DeleteDatasetVersion } from "#components/datasets/delete-dataset.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { DropdownMenu, MenuItem, MenuLine } from "#components/ui/dropdown-menu.tsx";
import { formatNumber } from "#components/ui/format.ts";

/** What can be done with a version: train, download, replace, archive, delete. */
export function DatasetActs({ slug, dataset }: { slug: string; dataset: DatasetData }) {
  const { version } = dataset;
  const [asked, setAsked] = useState<"archive" | "delete version" | "delete" | null>(null);
  const ask = (what: typeof asked) => ({
    open: asked === what,
    onOpenChange: (open: boolean) => setAsked(open ? what : null),
  });
  const mayUpload = useRefusal("datasets.create") === undefined;
  const mayArchive = useRefusal("datasets.archive") === undefined && dataset.archivedAt === null;
  const cannotDelete = useRefusal("datasets.delete");
  const cannotTrain = useTrainRefusal(dataset);
  const file = (part: Parameters<typeof partUrl>[2]) => partUrl(slug, version.id, part);
  return (
    <>
      <DropdownMenu
        align="end"
        trigger={
          <Button size="icon" aria-label="More actions">
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
        <MenuLine />
        {mayUpload && (
          <MenuItem asChild>
            <Link href={`/${slug}/datasets/new?name=${encodeURIComponent(dataset.name)}`}>
              <Upload aria-hidden />
              Upload the next version
            </Link>
          </MenuItem>
        )}
        {mayArchive && (
          <MenuItem onSelect={() => setAsked("archive")}>
            <Archive aria-hidden />
            Archive the dataset
          </MenuItem>
        )}
        {dataset.versions.length > 1 && (
          <MenuItem danger disabledReason={cannotDelete} onSelect={() => setAsked("delete version")}>
            <Trash2 aria-hidden />
            Delete v{version.version}
          </MenuItem>
        )}
        <MenuItem danger disabledReason={cannotDelete} onSelect={() => setAsked("delete")}>
          <Trash2 aria-hidden />
          Delete the dataset
        </MenuItem>
      </DropdownMenu>
      <ButtonLink
        look="primary"
        icon={<Flame aria-hidden />}
        href={`/${slug}/runs/new?dataset=${version.id}`}
        disabledReason={cannotTrain}
      >
        Train on this
      </ButtonLink>
      <ArchiveDialog slug={slug} dataset={dataset} {...ask("archive")} />
      <DeleteDatasetVersion slug={slug} dataset={dataset} {...ask("delete version")} />
      <DeleteDataset slug={slug} dataset={dataset} {...ask("delete")} />
    </>
  );
}

function useTrainRefusal({ version, archivedAt }: DatasetData): string | undefined {
  const refusal = useRefusal("runs.start");
  if (refusal) return refusal;
  if (archivedAt) return "Restore the dataset first";
  if (version.status === "importing") return "The import has not ended yet";
  if (version.status === "needs_review") return "Decide about its rows first";
  if (version.status !== "ready") return "A refused file cannot be trained on";
  if (version.shape === "preference") return "Training on preference pairs is not available; use chats, pairs or text";
  if (version.shape === "unpaired_preference")
    return "Unpaired preferences hold bad answers, which SFT would also train on";
  return version.trainRows === 0 ? "It has no training rows: all are kept for validation" : undefined;
}
