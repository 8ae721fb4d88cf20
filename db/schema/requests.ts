import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
} from "drizzle-orm/pg-core";
import { at } from "./columns.ts";

/**
 * One answered (or refused) API call. Times in milliseconds on the gateway's monotonic clock. The one definition of the
 * log's columns: the spooled line, the insert and the explorer derive theirs from it (server/requests/record.ts).
 * Partitioned by week of `received_at` (db/request-weeks.ts), hence its key.
 */
export const requests = pgTable(
  "requests",
  {
    id: text("id").notNull(),
    projectId: text("project_id").notNull(),
    actor: text("actor").notNull(),
    endpoint: text("endpoint").notNull(),
    model: text("model").notNull(),
    deploymentId: text("deployment_id"),
    revisionId: text("revision_id"),
    modelVersionId: text("model_version_id"),
    workload: text("workload"),
    stream: boolean("stream").notNull(),
    status: smallint("status").notNull(),
    errorCode: text("error_code"),
    finishReason: text("finish_reason"),
    attempts: smallint("attempts").notNull(),
    promptTokens: integer("prompt_tokens"),
    completionTokens: integer("completion_tokens"),
    ttftMs: doublePrecision("ttft_ms"),
    itlP50Ms: doublePrecision("itl_p50_ms"),
    itlP95Ms: doublePrecision("itl_p95_ms"),
    queueMs: doublePrecision("queue_ms"),
    totalMs: doublePrecision("total_ms").notNull(),
    costUsdNanos: bigint("cost_usd_nanos", { mode: "bigint" }),
    receivedAt: at("received_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.receivedAt, t.id] }),
    index("requests_project_idx").on(t.projectId, t.receivedAt, t.id),
    index("requests_revision_idx").on(t.revisionId, t.receivedAt),
  ],
);

/**
 * Each attempt of a call that reached a route, in order: which host was asked, from `started_ms` after the call came in, for
 * how long, and how it ended. `received_at` and `request_id` are the call's, so both lie in the same week.
 */
export const requestAttempts = pgTable(
  "request_attempts",
  {
    receivedAt: at("received_at").notNull(),
    requestId: text("request_id").notNull(),
    number: smallint("number").notNull(),
    projectId: text("project_id").notNull(),
    hostId: text("host_id").notNull(),
    startedMs: doublePrecision("started_ms").notNull(),
    ttftMs: doublePrecision("ttft_ms"),
    queueMs: doublePrecision("queue_ms"),
    totalMs: doublePrecision("total_ms").notNull(),
    status: smallint("status").notNull(),
    errorCode: text("error_code"),
    costUsdNanos: bigint("cost_usd_nanos", { mode: "bigint" }),
  },
  (t) => [primaryKey({ columns: [t.receivedAt, t.requestId, t.number] })],
);

/** Calls that were answered but whose rows were lost, one row a gateway's spool folder: its disk was full, its backlog at the limit, or Postgres refused the row. */
export const lostRequests = pgTable("lost_requests", {
  spool: text("spool").primaryKey(),
  rows: integer("rows").notNull(),
  firstAt: at("first_at").notNull(),
  lastAt: at("last_at").notNull(),
});
