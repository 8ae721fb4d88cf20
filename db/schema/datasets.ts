import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { type DatasetNoteCode, datasetShapes, datasetStatuses, splits } from "#db/enums.ts";
import { at, createdAt, deletedAt, id, leaseColumns } from "./columns.ts";
import { projects } from "./people.ts";
import { blobs } from "./storage.ts";

/** Where a row stands in its file: the line, and the element of a JSON array, both from 1. */
export type DatasetPlace = { line: number; element: number | null };

/** A kind of problem: its first row, what is wrong there, how to fix it, and how many rows share it. */
export type DatasetProblem = DatasetPlace & {
  field: string | null;
  code: string;
  message: string;
  remedy: string;
  /** the beginning of the first row as it stands in the file; not kept by the first version */
  text?: string;
  rows?: number;
  /** the first few rows */
  places?: DatasetPlace[];
};

/** What was done with rows that are used all the same, e.g. a column that nothing uses; and where the first one is. */
export type DatasetNote = DatasetPlace & { code: DatasetNoteCode; name: string | null; rows: number };

/** Lengths in characters until a model is named. Bins are `from` ≤ length < `to`, the last one to its end. */
export type LengthStats = {
  min: number;
  p50: number;
  p95: number;
  max: number;
  mean: number;
  histogram: { from: number; to: number; count: number }[];
};

/** Why a file was refused. */
export type DatasetRefusal = { code: string; message: string; remedy: string };

/** What a person must decide before a version can be ready. */
export type DatasetReview =
  | { kind: "bad_rows" }
  | {
      kind: "mapping";
      columns: { name: string; kinds: string[]; share: number }[];
      samples: unknown[];
      /** no row could be read with the mapping on the version */
      why?: string;
    };

export const datasets = pgTable(
  "datasets",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    name: text("name").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    archivedAt: at("archived_at"),
    deletedAt: deletedAt(),
  },
  (t) => [uniqueIndex("datasets_name_key").on(t.projectId, t.name).where(sql`deleted_at is null`)],
);

export const datasetVersions = pgTable(
  "dataset_versions",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    datasetId: text("dataset_id")
      .notNull()
      .references(() => datasets.id),
    version: integer("version").notNull(),
    status: text("status", { enum: datasetStatuses }).notNull(),
    filename: text("filename").notNull(),
    /** no foreign key: a refused or deleted version lets go of its bytes */
    sourceBlob: text("source_blob").notNull(),
    sourceBytes: bigint("source_bytes", { mode: "number" }).notNull(),
    /** target field → source column, e.g. {"prompt":"question","completion":"answer"} */
    mapping: jsonb("mapping").$type<Partial<Record<string, string>>>(),
    /** what to do with bad rows once a person has chosen */
    onBadRows: text("on_bad_rows", { enum: ["ask", "refuse", "set_aside"] })
      .notNull()
      .default("ask"),
    /** share of the rows kept for validation, in basis points: 0 none, 1,000 a tenth, 10,000 all (an eval set) */
    validationShareBp: integer("validation_share_bp").notNull().default(1_000),
    format: text("format", { enum: ["jsonl", "json_array"] }),
    sourceShape: text("source_shape"),
    shape: text("shape", { enum: datasetShapes }),
    trainBlob: text("train_blob").references(() => blobs.sha256),
    validationBlob: text("validation_blob").references(() => blobs.sha256),
    /** rows set aside, one JSON line each with its problem */
    setAsideBlob: text("set_aside_blob").references(() => blobs.sha256),
    bytesRead: bigint("bytes_read", { mode: "number" }).notNull().default(0),
    rowsRead: integer("rows_read").notNull().default(0),
    trainRows: integer("train_rows"),
    validationRows: integer("validation_rows"),
    badRows: integer("bad_rows"),
    duplicateRows: integer("duplicate_rows"),
    /** false: more different rows than are remembered, `duplicate_rows` is a lower bound */
    duplicatesExact: boolean("duplicates_exact"),
    /** all problems; `problems` lists a hundred kinds of them */
    problemCount: integer("problem_count"),
    problemCounts: jsonb("problem_counts").$type<Record<string, number>>(),
    problems: jsonb("problems").$type<DatasetProblem[]>().notNull().default([]),
    stats: jsonb("stats").$type<Record<string, LengthStats>>(),
    notes: jsonb("notes").$type<DatasetNote[]>().notNull().default([]),
    review: jsonb("review").$type<DatasetReview>(),
    refusal: jsonb("refusal").$type<DatasetRefusal>(),
    ...leaseColumns(),
    /** attempts that ended through no fault of the file: a shutdown, a full disk, a new mapping */
    forgivenAttempts: integer("forgiven_attempts").notNull().default(0),
    /** why the import waits, while it does */
    waitingFor: text("waiting_for"),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    readyAt: at("ready_at"),
    deletedAt: deletedAt(),
  },
  (t) => [
    uniqueIndex("dataset_versions_number_key").on(t.datasetId, t.version),
    index("dataset_versions_project_idx").on(t.projectId, t.createdAt),
    /** the datasets list's own order */
    index("dataset_versions_changed_idx").on(t.projectId, sql`coalesce(ready_at, created_at)`, t.id),
    index("dataset_versions_open_idx").on(t.createdAt).where(sql`status = 'importing'`),
    index("dataset_versions_source_blob_idx").on(t.sourceBlob),
    index("dataset_versions_train_blob_idx").on(t.trainBlob),
    index("dataset_versions_validation_blob_idx").on(t.validationBlob),
    index("dataset_versions_set_aside_blob_idx").on(t.setAsideBlob),
  ],
);

/** Sparse index into the normalised files: where a page of examples (200 rows or 256 KiB) begins, for previews by offset. */
export const examplePages = pgTable(
  "example_pages",
  {
    projectId: text("project_id").notNull(),
    versionId: text("version_id")
      .notNull()
      .references(() => datasetVersions.id),
    split: text("split", { enum: splits }).notNull(),
    firstRow: integer("first_row").notNull(),
    byteOffset: bigint("byte_offset", { mode: "number" }).notNull(),
    /** of each row of the page, its line in the source file; not kept by the first version */
    lines: integer("lines").array(),
    /** and its element of a JSON array */
    elements: integer("elements").array(),
  },
  (t) => [primaryKey({ columns: [t.versionId, t.split, t.firstRow] })],
);
