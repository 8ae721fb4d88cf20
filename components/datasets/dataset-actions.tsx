"use client";
import { Archive, Download, Ellipsis, Flame, Split, Trash2, Upload } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { ArchiveDialog } from "#components/datasets/archive-dataset.tsx";
import { type DatasetData, partUrl } from "#components/datasets/data.ts";
import { DeleteDataset, DeleteDatasetVersion } from "#components/datasets/delete-dataset.tsx";
import { ResplitDialog } from "#components/datasets/resplit-dataset.tsx";
import { canResplit, whyNotTrainable } from "#components/datasets/trainable.rule.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { DropdownMenu, MenuItem, MenuLine } from "#components/ui/dropdown-menu.tsx";
import { formatNumber } from "#components/ui/format.ts";

/** What can be done with a version: train, download, replace, archive, delete. */
export function DatasetActions({ slug, dataset }: { slug: string; dataset: DatasetData }) {
  const { version } = dataset;
  const [asked, setAsked] = useState<"archive" | "split" | "delete version" | "delete" | null>(null);
  const ask = (what: typeof asked) => ({
    open: asked === what,
    onOpenChange: (open: boolean) => setAsked(open ? what : null),
  });
  const mayUpload = useRefusal("datasets.create") === undefined;
  const mayArchive = useRefusal("datasets.archive") === undefined && dataset.archivedAt === null;
  const mayResplit = useRefusal("datasets.resplit") === undefined && canResplit(dataset);
  const cannotDelete = useRefusal("datasets.delete");
  const refusal = useRefusal("runs.start");
  const cannotTrain = refusal ?? whyNotTrainable(dataset);
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
        {mayResplit && (
          <MenuItem onSelect={() => setAsked("split")}>
            <Split aria-hidden />
            Change the split
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
        variant="primary"
        icon={<Flame aria-hidden />}
        href={`/${slug}/runs/new?dataset=${version.id}`}
        disabledReason={cannotTrain}
      >
        Train on this
      </ButtonLink>
      <ResplitDialog slug={slug} dataset={dataset} {...ask("split")} />
      <ArchiveDialog slug={slug} dataset={dataset} {...ask("archive")} />
      <DeleteDatasetVersion slug={slug} dataset={dataset} {...ask("delete version")} />
      <DeleteDataset slug={slug} dataset={dataset} {...ask("delete")} />
    </>
  );
}
