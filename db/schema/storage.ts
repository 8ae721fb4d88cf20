import { bigint, index, pgTable, text } from "drizzle-orm/pg-core";
import { filePurposes, uploadPurposes } from "#db/enums.ts";
import { at, createdAt, id } from "./columns.ts";
import { projects } from "./people.ts";

/** Content-addressed bytes, shared by all projects; reached only through a project's own row. */
export const blobs = pgTable("blobs", {
  sha256: text("sha256").primaryKey(),
  bytes: bigint("bytes", { mode: "number" }).notNull(),
  createdAt: createdAt(),
});

/** A file on its way in, part by part (tus-like offset); ends as a blob. */
export const uploads = pgTable(
  "uploads",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    filename: text("filename").notNull(),
    bytesExpected: bigint("bytes_expected", { mode: "number" }).notNull(),
    bytesReceived: bigint("bytes_received", { mode: "number" }).notNull().default(0),
    status: text("status", { enum: ["open", "finished", "aborted"] })
      .notNull()
      .default("open"),
    blobSha256: text("blob_sha256").references(() => blobs.sha256),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    expiresAt: at("expires_at").notNull(),
  },
  (t) => [index("uploads_project_idx").on(t.projectId, t.createdAt)],
);

/** An OpenAI file: a named row on a blob; `fine-tune` files also made a dataset version. */
export const files = pgTable(
  "files",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    filename: text("filename").notNull(),
    purpose: text("purpose", { enum: filePurposes }).notNull(),
    blobSha256: text("blob_sha256")
      .notNull()
      .references(() => blobs.sha256),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    datasetVersionId: text("dataset_version_id"),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    deletedAt: at("deleted_at"),
  },
  (t) => [index("files_project_idx").on(t.projectId, t.createdAt)],
);

/** OpenAI's upload: a file that comes as parts, in any order, and is put together when it is completed. */
export const fileUploads = pgTable(
  "file_uploads",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    filename: text("filename").notNull(),
    purpose: text("purpose", { enum: uploadPurposes }).notNull(),
    bytesExpected: bigint("bytes_expected", { mode: "number" }).notNull(),
    status: text("status", { enum: ["pending", "completed", "cancelled", "expired"] })
      .notNull()
      .default("pending"),
    /** once completed */
    fileId: text("file_id").references(() => files.id),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    expiresAt: at("expires_at").notNull(),
  },
  (t) => [index("file_uploads_project_idx").on(t.projectId, t.createdAt)],
);

/** A part of a pending upload; gone once the upload has ended. */
export const fileParts = pgTable(
  "file_parts",
  {
    id: id(),
    projectId: text("project_id").notNull(),
    uploadId: text("upload_id")
      .notNull()
      .references(() => fileUploads.id),
    blobSha256: text("blob_sha256")
      .notNull()
      .references(() => blobs.sha256),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [index("file_parts_upload_idx").on(t.uploadId)],
);
