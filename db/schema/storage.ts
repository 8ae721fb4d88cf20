import { sql } from "drizzle-orm";
import { bigint, boolean, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { filePurposes, uploadPurposes } from "#db/enums.ts";
import { at, createdAt, id } from "./columns.ts";
import { projects } from "./people.ts";

/** Content-addressed bytes, shared by all projects; reached only through a project's own row. */
export const blobs = pgTable(
  "blobs",
  {
    sha256: text("sha256").primaryKey(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    createdAt: createdAt(),
    /** since when the collector finds no row that names it; null while one does */
    unnamedSince: at("unnamed_since"),
    /** when its bytes were last compared with its sha256 */
    checkedAt: at("checked_at"),
    /** what that comparison found wrong; null when nothing */
    damage: text("damage", { enum: ["missing", "changed"] }),
  },
  (t) => [
    index("blobs_checked_idx").on(t.checkedAt),
    index("blobs_damaged_idx").on(t.damage).where(sql`damage is not null`),
  ],
);

/** One row: which database this is, so that the data folder of another one is left alone. */
export const installation = pgTable("installation", {
  only: boolean("only").primaryKey().default(true),
  id: text("id").notNull(),
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
  (t) => [index("uploads_project_idx").on(t.projectId, t.createdAt), index("uploads_blob_idx").on(t.blobSha256)],
);

/** The parts of an unfinished upload that count: each a file of its own, written once, by one request. */
export const uploadParts = pgTable(
  "upload_parts",
  {
    projectId: text("project_id").notNull(),
    uploadId: text("upload_id")
      .notNull()
      .references(() => uploads.id, { onDelete: "cascade" }),
    offset: bigint("offset", { mode: "number" }).notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    /** its name in the upload's folder */
    file: text("file").notNull(),
  },
  (t) => [primaryKey({ columns: [t.uploadId, t.offset] })],
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
    /** no foreign key: a deleted file lets go of its bytes */
    blobSha256: text("blob_sha256").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    datasetVersionId: text("dataset_version_id"),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    deletedAt: at("deleted_at"),
  },
  (t) => [
    index("files_project_idx").on(t.projectId, t.createdAt),
    index("files_blob_idx").on(t.blobSha256).where(sql`deleted_at is null`),
  ],
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
  (t) => [index("file_parts_upload_idx").on(t.uploadId), index("file_parts_blob_idx").on(t.blobSha256)],
);
