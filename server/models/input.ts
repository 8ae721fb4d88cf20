import { z } from "zod";
import { aliasNames, modelKinds } from "#db/enums.ts";
import { Cursor, Pick, searchText, sortedBy } from "#server/input.ts";

/** Names that appear in URLs and in API calls: no `/`, `@` or `:`, which mean version, alias and fine-tuned. */
export const ModelName = z
  .string()
  .trim()
  .min(1, "give the model a name")
  .max(64, "a name has at most 64 characters")
  .regex(/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/, "use lower-case letters, digits, dots, dashes and underscores");

const fileName = z.string().min(1).max(200);

export const HubSource = z.object({
  kind: z.literal("hub"),
  repo: z
    .string()
    .trim()
    .regex(/^[\w.-]+\/[\w.-]+$/, "write the id as owner/name, e.g. Qwen/Qwen3-0.6B"),
  revision: z.string().trim().min(1).max(100).optional(),
  file: fileName.optional(),
});

export const ImportSource = z.discriminatedUnion("kind", [
  HubSource,
  z.object({ kind: z.literal("local"), path: z.string().min(1).max(4_000), file: fileName.optional() }),
  z.object({
    kind: z.literal("upload"),
    files: z
      .array(z.object({ path: fileName, uploadId: z.string() }))
      .min(1, "choose the model's files")
      .max(500, "a model has at most 500 files"),
  }),
]);
export type ImportSource = z.infer<typeof ImportSource>;

export const ImportModel = z.object({ name: ModelName, source: ImportSource });
export type ImportModel = z.infer<typeof ImportModel>;

export const VersionRef = z.object({ version: z.string().trim().min(1).max(160) });
export type VersionRef = z.infer<typeof VersionRef>;

export const ModelRef = z.object({ model: z.string().min(1) });
export type ModelRef = z.infer<typeof ModelRef>;

/** Versions to choose from: all ready ones, or only bases or tuned ones. */
export const PickModelVersion = Pick.extend({ kind: z.enum(modelKinds).optional() });
export type PickModelVersion = z.input<typeof PickModelVersion>;

export const modelSorts = ["name", "kind", "latest", "status", "parameters", "updated"] as const;

export const ListModels = z.object({
  cursor: Cursor,
  sort: sortedBy(modelSorts, "updated"),
  limit: z.number().int().min(1).max(100).default(50),
  search: searchText(100).optional(),
  kind: z.enum(modelKinds).optional(),
});
export type ListModels = z.input<typeof ListModels>;

export const RemoveAlias = z.object({ model: z.string().min(1), alias: z.enum(aliasNames) });
export type RemoveAlias = z.infer<typeof RemoveAlias>;
