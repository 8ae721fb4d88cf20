import { z } from "zod";
import { datasetShapes, datasetStatuses, splits, uploadPurposes } from "#db/enums.ts";
import { Count, Cursor, Pick, searchText, sortedBy } from "#server/input.ts";

/** What a mapping may fill; the rule says which sets are complete. */
export const mappingTargets = [
  "messages",
  "prompt",
  "input",
  "completion",
  "label",
  "system",
  "history",
  "chosen",
  "rejected",
  "text",
] as const;

const Id = z.string().min(1).max(64);

export const DatasetName = z
  .string()
  .trim()
  .min(1, "give the dataset a name")
  .max(80, "use at most 80 characters")
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u, "use letters, digits, spaces, dots, dashes and underscores");

/** target field → source column, e.g. {"prompt":"question","completion":"answer"} */
export const ColumnMapping = z.partialRecord(z.enum(mappingTargets), z.string().min(1).max(200));
export type ColumnMapping = z.infer<typeof ColumnMapping>;

export const onBadRows = ["ask", "refuse", "set_aside"] as const;

const ImportOptions = {
  mapping: ColumnMapping.optional(),
  onBadRows: z.enum(onBadRows).default("ask"),
  /** basis points of the rows kept for validation: 0 none, 1,000 a tenth, 10,000 all */
  validationShareBp: z.int().min(0).max(10_000).default(1_000),
};

/** A finished upload becomes a version: of the dataset with this name, or of a new one. */
export const CreateDataset = z.object({ uploadId: Id, name: DatasetName.optional(), ...ImportOptions });
export type CreateDataset = z.input<typeof CreateDataset>;

/** What a person decides about a version that needs review. */
export const DecideDataset = z.object({
  versionId: Id,
  decision: z.discriminatedUnion("do", [
    z.object({ do: z.literal("set_aside") }),
    z.object({ do: z.literal("refuse") }),
    z.object({ do: z.literal("map"), mapping: ColumnMapping }),
  ]),
});
export type DecideDataset = z.infer<typeof DecideDataset>;

/** The same file with another share of its rows for validation, in basis points. */
export const ResplitDataset = z.object({ versionId: Id, validationShareBp: z.int().min(0).max(10_000) });
export type ResplitDataset = z.infer<typeof ResplitDataset>;

export const datasetSorts = ["name", "shape", "rows", "size", "status", "findings", "used", "updated"] as const;

export const ListDatasets = z.object({
  cursor: Cursor,
  sort: sortedBy(datasetSorts, "updated"),
  limit: z.int().min(1).max(100).default(50),
  search: searchText(80).optional(),
  /** exactly this one */
  name: searchText(80).optional(),
  shape: z.array(z.enum(datasetShapes)).optional(),
  status: z.array(z.enum(datasetStatuses)).optional(),
  /** those that were archived instead of the others */
  archived: z.boolean().default(false),
});
export type ListDatasets = z.input<typeof ListDatasets>;

/** Versions to train on or to judge with. */
export const PickDatasetVersion = Pick;

/** A dataset by id, name, or `name/3`; or one of its versions by id. Without a version the newest. */
export const ShowDataset = z.object({ ref: z.string().trim().min(1).max(160), version: Count.min(1).optional() });
export type ShowDataset = z.infer<typeof ShowDataset>;

export const ListRows = z.object({
  versionId: Id,
  split: z.enum(splits),
  offset: Count.default(0),
  limit: z.int().min(1).max(50).default(20),
  search: searchText(200).optional(),
});
export type ListRows = z.input<typeof ListRows>;

/** The files of a version that can be downloaded. */
export const versionParts = ["source", "train", "validation", "set_aside"] as const;

/** A dataset by id, short id or name. */
export const DatasetRef = z.object({ dataset: z.string().trim().min(1).max(160) });
export type DatasetRef = z.infer<typeof DatasetRef>;

export const ArchiveDataset = z.object({ datasetId: Id });
export type ArchiveDataset = z.infer<typeof ArchiveDataset>;

export const maxUploadBytes = 100 * 2 ** 30;

export const Filename = z
  .string()
  .min(1, "name the file")
  .max(255, "use a file name of at most 255 characters")
  .regex(/^[^/\\\p{Cc}]+$/u, "use a plain file name, without slashes, line breaks or other control characters");

export const CreateUpload = z.object({
  filename: Filename,
  bytes: z.int().min(0).max(maxUploadBytes, "a file may have at most 100 GiB"),
});
export type CreateUpload = z.infer<typeof CreateUpload>;

export const FinishUpload = z.object({
  bytes: z.int().min(0),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "send the sha256 of the whole file in lower-case hex")
    .optional(),
});
export type FinishUpload = z.infer<typeof FinishUpload>;

/** `bytes` of the whole file, which its parts have to add up to. */
export const CreateFileUpload = z.strictObject({
  filename: Filename,
  purpose: z.enum(uploadPurposes),
  bytes: z.int().min(1, "an empty file cannot be uploaded").max(maxUploadBytes, "a file has at most 100 GiB"),
  mime_type: z.string().max(255).optional(),
});
export type CreateFileUpload = z.infer<typeof CreateFileUpload>;

/** The parts in the order of the file; `md5` of the whole in hex. */
export const CompleteFileUpload = z.object({
  part_ids: z.array(Id).min(1, "name the parts in their order").max(10_000, "a file has at most 10,000 parts"),
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/i, "an MD5 is 32 hex digits")
    .nullish(),
});
export type CompleteFileUpload = z.infer<typeof CompleteFileUpload>;

/** Strict, because what is not known here (`expires_after`) would be promised and not done. */
export const CreateFile = z.strictObject({ filename: Filename, purpose: z.enum(uploadPurposes) });
export type CreateFile = z.infer<typeof CreateFile>;
