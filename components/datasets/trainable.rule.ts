import type { DatasetData } from "#components/datasets/data.ts";
import type { Method } from "#server/runs/methods/method.ts";
import { methods } from "#server/runs/methods/table.ts";

/** Can the shown version's file be split anew? An archived dataset is restored first. */
export function canResplit({ version, archivedAt }: Pick<DatasetData, "version" | "archivedAt">): boolean {
  return !archivedAt && (version.status === "ready" || version.status === "needs_review");
}

/** Why no run can be trained on the shown version, whoever asks; undefined: one can. */
export function whyNotTrainable({
  version,
  archivedAt,
}: Pick<DatasetData, "version" | "archivedAt">): string | undefined {
  if (archivedAt) return "Restore the dataset first";
  if (version.status === "importing") return "The import has not ended yet";
  if (version.status === "needs_review") return "Decide about its rows first";
  if (version.status !== "ready") return "A refused file cannot be trained on";
  const { shape } = version;
  if (shape && !methods.some((method: Method) => method.shapes.includes(shape)))
    return `It ${methods.map((method) => method.refusals[shape]).join("; ")}`;
  return version.state === "validation_only" ? "It has no training rows: change its split first" : undefined;
}
