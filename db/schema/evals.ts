import { sql } from "drizzle-orm";
import {
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { evalStatuses, type LeftOut, splits } from "#db/enums.ts";
import type { EvalSummary } from "#db/eval-summary.ts";
import { at, bytes, createdAt, deletedAt, id, leaseColumns } from "./columns.ts";
import { datasetVersions } from "./datasets.ts";
import { modelVersions } from "./models.ts";
import { projects } from "./people.ts";

/** One grader of a suite with the options of its kind (graders.rule.ts); the first one is the headline. */
export type GraderConfig = { name: string; kind: string; [option: string]: unknown };

export const suites = pgTable(
  "suites",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    name: text("name").notNull(),
    datasetVersionId: text("dataset_version_id")
      .notNull()
      .references(() => datasetVersions.id),
    split: text("split", { enum: splits }).notNull(),
    graders: jsonb("graders").$type<GraderConfig[]>().notNull(),
    maxCases: integer("max_cases").notNull(),
    maxTokens: integer("max_tokens").notNull(),
    cases: integer("cases").notNull(),
    /** reason → rows of the split that are no cases; null: made before that was counted */
    leftOut: jsonb("left_out").$type<LeftOut>(),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    archivedAt: at("archived_at"),
    /** a deleted suite is archived too */
    deletedAt: deletedAt(),
  },
  (t) => [
    uniqueIndex("suites_name_key").on(t.projectId, t.name).where(sql`archived_at is null`),
    index("suites_dataset_version_idx").on(t.datasetVersionId),
  ],
);

export const evals = pgTable(
  "evals",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    suiteId: text("suite_id")
      .notNull()
      .references(() => suites.id),
    status: text("status", { enum: evalStatuses }).notNull(),
    casesDone: integer("cases_done").notNull().default(0),
    casesTotal: integer("cases_total").notNull(),
    error: jsonb("error").$type<{ code: string; message: string }>(),
    ...leaseColumns(),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    startedAt: at("started_at"),
    finishedAt: at("finished_at"),
  },
  (t) => [
    index("evals_project_idx").on(t.projectId, t.createdAt),
    index("evals_open_idx").on(t.createdAt).where(sql`status in ('queued', 'running')`),
    index("evals_suite_idx").on(t.suiteId),
  ],
);

/** What an eval asks: any number of model versions, in their order, one of them what the others are compared with. */
export const evalTargets = pgTable(
  "eval_targets",
  {
    evalId: text("eval_id")
      .notNull()
      .references(() => evals.id, { onDelete: "cascade" }),
    /** from 0, the baseline last: the first is the candidate that lists and pages name */
    position: integer("position").notNull(),
    projectId: text("project_id").notNull(),
    modelVersionId: text("model_version_id")
      .notNull()
      .references(() => modelVersions.id),
    isBaseline: boolean("is_baseline").notNull().default(false),
    /** its comparison with the baseline, whose own is null; written once, when the eval ends */
    summary: jsonb("summary").$type<EvalSummary>(),
  },
  (t) => [
    primaryKey({ columns: [t.evalId, t.position] }),
    uniqueIndex("eval_targets_baseline_key").on(t.evalId).where(sql`is_baseline`),
    index("eval_targets_version_idx").on(t.modelVersionId),
  ],
);

/** One model version's answer to one case, with every grader's mark (0…1). */
export const scores = pgTable(
  "scores",
  {
    projectId: text("project_id").notNull(),
    evalId: text("eval_id")
      .notNull()
      .references(() => evals.id),
    modelVersionId: text("model_version_id").notNull(),
    caseIndex: integer("case_index").notNull(),
    prompt: jsonb("prompt").$type<{ role: string; content: string }[]>().notNull(),
    reference: text("reference").notNull(),
    output: text("output"),
    marks: jsonb("marks").$type<Record<string, number>>().notNull(),
    passed: boolean("passed").notNull(),
    /** this version was trained on this case's prompt; null in evals from before that was looked up */
    trainedOn: boolean("trained_on"),
    promptTokens: integer("prompt_tokens"),
    completionTokens: integer("completion_tokens"),
    totalMs: doublePrecision("total_ms"),
    requestId: text("request_id"),
    error: text("error"),
  },
  (t) => [primaryKey({ columns: [t.evalId, t.modelVersionId, t.caseIndex] })],
);

/**
 * The prompts that a dataset version's training rows teach answers to, 8 bytes each (prompt.rule.ts), packed so that
 * a million rows are 8 MB in sixteen rows; written once, when an eval first asks, complete when `last` is there.
 */
export const trainedPrompts = pgTable(
  "trained_prompts",
  {
    projectId: text("project_id").notNull(),
    datasetVersionId: text("dataset_version_id")
      .notNull()
      .references(() => datasetVersions.id, { onDelete: "cascade" }),
    part: integer("part").notNull(),
    hashes: bytes("hashes").notNull(),
    last: boolean("last").notNull(),
    /** rows up to here that are plain text and have no prompt */
    textRows: integer("text_rows").notNull(),
  },
  (t) => [primaryKey({ columns: [t.datasetVersionId, t.part] })],
);
