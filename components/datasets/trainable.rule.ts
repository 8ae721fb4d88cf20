import type { DatasetData } from "#components/datasets/data.ts";

/** Why no run can be trained on the shown version, whoever asks; undefined: one can. */
export function whyNotTrainable({
  version,
  archivedAt,
}: Pick<DatasetData, "version" | "archivedAt">): string | undefined {
  if (archivedAt) return "Restore the dataset first";
  if (version.status === "importing") return "The import has not ended yet";
  if (version.status === "needs_review") return "Decide about its rows first";
  if (version.status !== "ready") return "A refused file cannot be trained on";
  if (version.shape === "preference") return "Training on preference pairs is not available; use chats, pairs or text";
  if (version.shape === "unpaired_preference")
    return "Unpaired preferences hold bad answers, which SFT would also train on";
  return version.trainRows === 0 ? "It has no training rows: all are kept for validation" : undefined;
}
