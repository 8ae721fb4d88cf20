import { z } from "zod";
import { aims, mappingOf } from "#components/datasets/mapping-draft.ts";
import { ColumnMapping, CreateDataset, onBadRows } from "#server/datasets/input.ts";

const aimNames = Object.keys(aims) as [keyof typeof aims, ...(keyof typeof aims)[]]; // safe because aims is a literal

/** What is said about a chosen file; the file itself cannot be kept, its name can. */
export const UploadDraft = z.object({
  filename: z.string(),
  name: z.string(),
  onBadRows: z.enum(onBadRows),
  validationShareBp: z.number(),
  mapping: z.object({ aim: z.enum(aimNames), columns: ColumnMapping }),
});
export type UploadDraft = z.infer<typeof UploadDraft>;

const Request = CreateDataset.omit({ uploadId: true }).required({ name: true });

/** From what is typed to the input of `datasets.create`, but for the upload; `unknown`: its columns must be mapped. */
export function uploadForm(unknown: boolean) {
  return UploadDraft.transform(({ name, onBadRows, validationShareBp, mapping }): z.input<typeof Request> => {
    const columns = unknown ? mappingOf(mapping) : null;
    return { name, onBadRows, validationShareBp, mapping: columns ?? undefined };
  }).pipe(Request);
}
