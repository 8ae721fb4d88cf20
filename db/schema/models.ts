import { sql } from "drizzle-orm";
import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { aliasNames, artifactKinds, modelKinds, modelVersionStatuses } from "#db/enums.ts";
import { at, createdAt, deletedAt, id, leaseColumns } from "./columns.ts";
import { projects } from "./people.ts";
import { blobs } from "./storage.ts";

/** `revision` of a hub source is pinned to a commit when the import begins; `files` are finished uploads. */
export type ModelSource = {
  kind: "sample" | "local" | "hub" | "upload";
  location: string;
  revision?: string;
  /** the one GGUF to take among several */
  file?: string;
  files?: { path: string; uploadId: string }[];
};

/** A file set with a sha256 manifest; `digest` is the sha256 of the sorted manifest. */
export const artifacts = pgTable(
  "artifacts",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    kind: text("kind", { enum: artifactKinds }).notNull(),
    digest: text("digest").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    runId: text("run_id"),
    createdAt: createdAt(),
  },
  (t) => [index("artifacts_digest_idx").on(t.projectId, t.kind, t.digest), index("artifacts_run_idx").on(t.runId)],
);

export const artifactFiles = pgTable(
  "artifact_files",
  {
    projectId: text("project_id").notNull(),
    artifactId: text("artifact_id")
      .notNull()
      .references(() => artifacts.id),
    path: text("path").notNull(),
    blobSha256: text("blob_sha256")
      .notNull()
      .references(() => blobs.sha256),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.artifactId, t.path] }), index("artifact_files_blob_idx").on(t.blobSha256)],
);

export const models = pgTable(
  "models",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    name: text("name").notNull(),
    kind: text("kind", { enum: modelKinds }).notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    archivedAt: at("archived_at"),
    deletedAt: deletedAt(),
  },
  (t) => [uniqueIndex("models_name_key").on(t.projectId, t.name).where(sql`deleted_at is null`)],
);

/** Lineage points backwards: a version names its run, its base version and its data; nothing names a child. */
export const modelVersions = pgTable(
  "model_versions",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    modelId: text("model_id")
      .notNull()
      .references(() => models.id),
    version: integer("version").notNull(),
    status: text("status", { enum: modelVersionStatuses }).notNull(),
    /** where a base came from */
    source: jsonb("source").$type<ModelSource>(),
    runId: text("run_id").unique(),
    datasetVersionId: text("dataset_version_id"),
    baseVersionId: text("base_version_id"),
    /** safetensors folder of a base, or the PEFT folder of an adapter; null for a GGUF-only base */
    weightsArtifactId: text("weights_artifact_id").references(() => artifacts.id),
    /** GGUF of a base, or of an adapter */
    ggufArtifactId: text("gguf_artifact_id").references(() => artifacts.id),
    architecture: text("architecture"),
    parameters: bigint("parameters", { mode: "number" }),
    contextLength: integer("context_length"),
    /** OpenAI-style name of a fine-tuned model, `ft:nano:acme:triage:7f3c9a` */
    fineTunedName: text("fine_tuned_name"),
    progress: jsonb("progress").$type<{ bytesDone: number; bytesTotal: number | null; step: string }>(),
    error: jsonb("error").$type<{ code: string; message: string; hint: string | null }>(),
    ...leaseColumns(),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    deletedAt: deletedAt(),
  },
  (t) => [
    uniqueIndex("model_versions_number_key").on(t.modelId, t.version),
    uniqueIndex("model_versions_ft_key").on(t.projectId, t.fineTunedName),
    index("model_versions_project_idx").on(t.projectId, t.createdAt),
    index("model_versions_open_idx").on(t.createdAt).where(sql`status = 'importing'`),
  ],
);

export const aliases = pgTable(
  "aliases",
  {
    projectId: text("project_id").notNull(),
    modelId: text("model_id")
      .notNull()
      .references(() => models.id),
    alias: text("alias", { enum: aliasNames }).notNull(),
    modelVersionId: text("model_version_id")
      .notNull()
      .references(() => modelVersions.id),
    movedBy: text("moved_by").notNull(),
    movedAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.modelId, t.alias] })],
);
