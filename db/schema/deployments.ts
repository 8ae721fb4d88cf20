import { sql } from "drizzle-orm";
import { bigint, index, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { replicaStatuses } from "#db/enums.ts";
import { at, createdAt, deletedAt, id } from "./columns.ts";
import { modelVersions } from "./models.ts";
import { projects } from "./people.ts";

/** A served name that API clients call. */
export const deployments = pgTable(
  "deployments",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    name: text("name").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    archivedAt: at("archived_at"),
    /** only a retired deployment can be deleted */
    deletedAt: deletedAt(),
  },
  (t) => [uniqueIndex("deployments_name_key").on(t.projectId, t.name).where(sql`archived_at is null`)],
);

/** One model version inside a deployment with its share of traffic; live weights sum to 10,000 basis points. */
export const revisions = pgTable(
  "revisions",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    deploymentId: text("deployment_id")
      .notNull()
      .references(() => deployments.id),
    number: integer("number").notNull(),
    modelVersionId: text("model_version_id")
      .notNull()
      .references(() => modelVersions.id),
    weightBps: integer("weight_bps").notNull(),
    createdAt: createdAt(),
    retiredAt: at("retired_at"),
  },
  (t) => [
    uniqueIndex("revisions_number_key").on(t.deploymentId, t.number),
    index("revisions_model_version_idx").on(t.modelVersionId),
  ],
);

/** An inference host process: it registers and heart-beats itself; not of any project. */
export const hosts = pgTable("hosts", {
  id: id(),
  url: text("url").notNull(),
  device: text("device").notNull(),
  memoryBytes: bigint("memory_bytes", { mode: "number" }).notNull(),
  engineVersion: text("engine_version").notNull(),
  startedAt: at("started_at").notNull(),
  heartbeatAt: at("heartbeat_at").notNull(),
  stoppedAt: at("stopped_at"),
});

/** One loaded copy of a model version on a host. */
export const replicas = pgTable(
  "replicas",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    hostId: text("host_id")
      .notNull()
      .references(() => hosts.id),
    modelVersionId: text("model_version_id")
      .notNull()
      .references(() => modelVersions.id),
    status: text("status", { enum: replicaStatuses }).notNull(),
    /** what the adapter probe found: agreement with the trainer's record, difference from the base */
    probe: jsonb("probe").$type<Record<string, unknown>>(),
    error: jsonb("error").$type<{ code: string; message: string; hint: string | null }>(),
    memoryBytes: bigint("memory_bytes", { mode: "number" }),
    assignedAt: createdAt(),
    /** when `status` last moved: what back-off counts from */
    statusAt: at("status_at").notNull().default(sql`now()`),
    readyAt: at("ready_at"),
    failures: integer("failures").notNull().default(0),
  },
  (t) => [
    uniqueIndex("replicas_place_key").on(t.hostId, t.modelVersionId),
    index("replicas_version_idx").on(t.modelVersionId),
  ],
);
