import { bigint, boolean, doublePrecision, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { at, createdAt, id } from "./columns.ts";
import { models } from "./models.ts";
import { projects } from "./people.ts";

export const feedback = pgTable(
  "feedback",
  {
    id: id(),
    projectId: text("project_id").notNull(),
    requestId: text("request_id").notNull(),
    actor: text("actor").notNull(),
    accepted: boolean("accepted"),
    score: doublePrecision("score"),
    comment: text("comment"),
    correction: text("correction"),
    createdAt: createdAt(),
  },
  (t) => [index("feedback_request_idx").on(t.projectId, t.requestId)],
);

/** What a POST of /v1 with an `Idempotency-Key` made; written in the transaction that made it. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    projectId: text("project_id").notNull(),
    actor: text("actor").notNull(),
    key: text("key").notNull(),
    endpoint: text("endpoint").notNull(),
    bodySha256: text("body_sha256").notNull(),
    targetId: text("target_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.actor, t.key] })],
);

/** What a model's tokens cost from a time on; without a row the cost is null and shown as not measured. */
export const prices = pgTable(
  "prices",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    modelId: text("model_id")
      .notNull()
      .references(() => models.id),
    inputUsdNanosPerMillionTokens: bigint("input_usd_nanos_per_million_tokens", { mode: "bigint" }).notNull(),
    outputUsdNanosPerMillionTokens: bigint("output_usd_nanos_per_million_tokens", { mode: "bigint" }).notNull(),
    effectiveFrom: at("effective_from").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
  },
  (t) => [index("prices_model_idx").on(t.projectId, t.modelId, t.effectiveFrom)],
);

/** One row: raised in every transaction that changes keys, routes or prices; gateways compare it every 500 ms. */
export const snapshotVersion = pgTable("snapshot_version", {
  id: integer("id").primaryKey(),
  version: bigint("version", { mode: "number" }).notNull(),
  /** at which anything may have changed in any project, so that gateways read all of them */
  allVersion: bigint("all_version", { mode: "number" }).notNull().default(0),
});

/**
 * At which version a project's keys, names, routes or prices changed last. Written under the lock of the row above alone,
 * hence not among the tables that a project's deletion empties first: a deletion raises `all_version`, and that sweeps here.
 */
export const snapshotProjects = pgTable("snapshot_projects", {
  id: text("id").primaryKey(),
  version: bigint("version", { mode: "number" }).notNull(),
});
