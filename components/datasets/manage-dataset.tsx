import { Archive } from "lucide-react";
import { ArchiveDialog } from "#components/datasets/archive-dataset.tsx";
import type { DatasetData } from "#components/datasets/data.ts";
import { DeleteDataset, DeleteDatasetVersion } from "#components/datasets/delete-dataset.tsx";
import { ManageCard } from "#components/manage-card.tsx";

/** How a dataset, or the version on the page, leaves. */
export function ManageDataset({ slug, dataset }: { slug: string; dataset: DatasetData }) {
  const archive = {
    label: "Archive dataset",
    says: "It leaves the lists. Nothing is deleted, and it can be restored.",
    procedure: "datasets.archive",
    icon: <Archive aria-hidden />,
    undoable: true,
    dialog: (asked: Asked) => <ArchiveDialog slug={slug} dataset={dataset} {...asked} />,
  };
  const removeVersion = {
    label: `Delete v${dataset.version.version}`,
    says: "This version is deleted for good; the others stay.",
    procedure: "datasets.deleteVersion",
    dialog: (asked: Asked) => <DeleteDatasetVersion slug={slug} dataset={dataset} {...asked} />,
  };
  const remove = {
    label: "Delete dataset",
    says: "The dataset is deleted for good with all its versions.",
    procedure: "datasets.delete",
    dialog: (asked: Asked) => <DeleteDataset slug={slug} dataset={dataset} {...asked} />,
  };
  return (
    <ManageCard
      leaving={[
        ...(dataset.archivedAt ? [] : [archive]),
        ...(dataset.versions.length > 1 ? [removeVersion] : []),
        remove,
      ]}
    />
  );
}

type Asked = { open: boolean; onOpenChange: (open: boolean) => void };
