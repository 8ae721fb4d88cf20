import { sql } from "drizzle-orm";
import { bigint, doublePrecision, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { runStatuses } from "#db/enums.ts";
import { at, createdAt, deletedAt, id, leaseColumns } from "./columns.ts";
import { datasetVersions } from "./datasets.ts";
import { modelVersions } from "./models.ts";
import { projects } from "./people.ts";
import { files } from "./storage.ts";

export const runs = pgTable(
  "runs",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    name: text("name").notNull(),
    /** the registered model that a success becomes a version of */
    modelName: text("model_name").notNull(),
    suffix: text("suffix"),
    method: text("method").notNull(),
    status: text("status", { enum: runStatuses }).notNull(),
    baseVersionId: text("base_version_id")
      .notNull()
      .references(() => modelVersions.id),
    datasetVersionId: text("dataset_version_id")
      .notNull()
      .references(() => datasetVersions.id),
    /** another version whose validation rows are used instead of those split off the training data */
    validationVersionId: text("validation_version_id").references(() => datasetVersions.id),
    /** start this suite's eval against the base once the run has succeeded */
    suiteId: text("suite_id"),
    /** frozen hyper-parameters: the trainer spec without paths */
    config: jsonb("config").$type<object>().notNull(),
    /** up to 2³² − 1 */
    seed: bigint("seed", { mode: "number" }).notNull(),
    step: integer("step").notNull().default(0),
    totalSteps: integer("total_steps"),
    loss: doublePrecision("loss"),
    tokensPerSecond: doublePrecision("tokens_per_second"),
    etaSeconds: doublePrecision("eta_seconds"),
    trainedTokens: bigint("trained_tokens", { mode: "number" }),
    /** seconds spent training, over all attempts, as the trainer measured them */
    trainSeconds: doublePrecision("train_seconds"),
    device: text("device"),
    /** times a trainer was started for this run; > 1 after a crash or a resume */
    attempt: integer("attempt").notNull().default(0),
    /** the attempt that may not fail to get further; moves with every checkpoint and resume */
    attemptLimit: integer("attempt_limit").notNull().default(5),
    /** seq of the last row in run_events */
    lastSeq: integer("last_seq").notNull().default(0),
    /** seq of the last trainer event stored, so that a successor goes on where the worker stopped */
    trainerSeq: integer("trainer_seq").notNull().default(0),
    ...leaseColumns(),
    /** what an API client attached: at most 16 pairs */
    metadata: jsonb("metadata").$type<Record<string, string>>(),
    /** the CSV of its metrics, once it has succeeded */
    resultFileId: text("result_file_id").references(() => files.id),
    error: jsonb("error").$type<{ code: string; message: string; hint: string | null }>(),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    /** its place in line for the device: later than created_at when it was resumed */
    queuedAt: at("queued_at").notNull().default(sql`now()`),
    startedAt: at("started_at"),
    finishedAt: at("finished_at"),
    /** what its folder holds since it has ended; null: not looked at yet, or changed since */
    folderBytes: bigint("folder_bytes", { mode: "number" }),
    deletedAt: deletedAt(),
  },
  (t) => [
    index("runs_project_idx").on(t.projectId, t.createdAt),
    index("runs_status_idx").on(t.status),
    index("runs_dataset_version_idx").on(t.datasetVersionId),
  ],
);

/** The trainer's events in their order, one row a line of events.jsonl, and between them the worker's own (type `worker`). */
export const runEvents = pgTable(
  "run_events",
  {
    projectId: text("project_id").notNull(),
    runId: text("run_id")
      .notNull()
      .references(() => runs.id),
    seq: integer("seq").notNull(),
    type: text("type").notNull(),
    at: at("at").notNull(),
    body: jsonb("body").$type<Record<string, unknown>>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.seq] })],
);
