"use client";
import { Download, Ellipsis, Flame, Split, Upload } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { type DatasetData, partUrl } from "#components/datasets/data.ts";
import { ResplitDialog } from "#components/datasets/resplit-dataset.tsx";
import { canResplit, whyNotTrainable } from "#components/datasets/trainable.rule.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { DropdownMenu, MenuItem, MenuLine } from "#components/ui/dropdown-menu.tsx";
import { formatNumber } from "#components/ui/format.ts";

/** What can be done with a version: train, download, split anew, replace. */
export function DatasetActions({ slug, dataset }: { slug: string; dataset: DatasetData }) {
  const { version } = dataset;
  const [splitting, setSplitting] = useState(false);
  const mayUpload = useRefusal("datasets.create") === undefined;
  const mayResplit = useRefusal("datasets.resplit") === undefined && canResplit(dataset);
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
          <MenuItem onSelect={() => setSplitting(true)}>
            <Split aria-hidden />
            Change the split
          </MenuItem>
        )}
      </DropdownMenu>
      <ButtonLink
        variant="primary"
        icon={<Flame aria-hidden />}
        href={`/${slug}/runs/new?dataset=${version.id}`}
        disabledReason={cannotTrain}
      >
        Train on this
      </ButtonLink>
      <ResplitDialog slug={slug} dataset={dataset} open={splitting} onOpenChange={setSplitting} />
    </>
  );
}
