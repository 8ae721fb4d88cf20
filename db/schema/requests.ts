import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { requestOutcomes } from "#db/enums.ts";
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

/** What calls are counted by. The id is a digest of the rest, so that a statement that counts knows it without looking it up. */
export const requestSeries = pgTable(
  "request_series",
  {
    id: uuid("id").primaryKey(),
    projectId: text("project_id").notNull(),
    /** as the caller named it: a series never outnumbers its calls */
    model: text("model").notNull(),
    deploymentId: text("deployment_id"),
    revisionId: text("revision_id"),
    modelVersionId: text("model_version_id"),
    actor: text("actor").notNull(),
    stream: boolean("stream").notNull(),
    outcome: text("outcome", { enum: requestOutcomes }).notNull(),
  },
  (t) => [index("request_series_project_idx").on(t.projectId)],
);

/** Packed `bucket << 32 | count`, ascending; the buckets are those of server/requests/rollups/histogram.rule.ts. */
const histogram = (name: string) => bigint(name, { mode: "number" }).array();

const rollupColumns = () => ({
  projectId: text("project_id").notNull(),
  at: at("at").notNull(),
  seriesId: uuid("series_id").notNull(),
  calls: integer("calls").notNull(),
  /** calls whose tokens are known; that wrote any; whose first token was timed; that have a price */
  counted: integer("counted").notNull(),
  answers: integer("answers").notNull(),
  streams: integer("streams").notNull(),
  priced: integer("priced").notNull(),
  promptTokens: bigint("prompt_tokens", { mode: "number" }).notNull(),
  completionTokens: bigint("completion_tokens", { mode: "number" }).notNull(),
  costUsdNanos: numeric("cost_usd_nanos", { mode: "bigint" }).notNull(), // a thousand dear calls outgrow a bigint
  /** the calls' total times together, in microseconds, their last digit: a sum of floats would depend on its order */
  totalUs: bigint("total_us", { mode: "number" }).notNull(),
  ttft: histogram("ttft"),
  total: histogram("total"),
  itlP50: histogram("itl_p50"),
  itlP95: histogram("itl_p95"),
  queue: histogram("queue"),
});

/** Calls by minute and series, added to by the statement that writes the calls. */
export const requestMinutes = pgTable("request_minutes", rollupColumns(), (t) => [
  primaryKey({ columns: [t.projectId, t.at, t.seriesId] }),
]);

/** The same by hour, made from the minutes once the hour is over (server/requests/rollups/roll-up.ts); `slots`: its calls by five minutes. */
export const requestHours = pgTable(
  "request_hours",
  { ...rollupColumns(), slots: integer("slots").array().notNull().default([]) },
  (t) => [primaryKey({ columns: [t.projectId, t.at, t.seriesId] })],
);

/** The same by day (UTC), made from the hours once the day is over. */
export const requestDays = pgTable("request_days", rollupColumns(), (t) => [
  primaryKey({ columns: [t.projectId, t.at, t.seriesId] }),
]);

/** Days whose hours have changed since they were made: pages read their hours. */
export const requestStaleDays = pgTable(
  "request_stale_days",
  { projectId: text("project_id").notNull(), at: at("at").notNull() },
  (t) => [primaryKey({ columns: [t.projectId, t.at] })],
);

/**
 * Hours whose minutes have changed since they were made: pages read their minutes. `fromCalls`: the minutes themselves are to
 * be made anew from the calls.
 */
export const requestStaleHours = pgTable(
  "request_stale_hours",
  {
    projectId: text("project_id").notNull(),
    at: at("at").notNull(),
    fromCalls: boolean("from_calls").notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.at] })],
);

/** Calls that were answered but whose rows were lost, one row a gateway's spool folder: its disk was full, its backlog at the limit, or Postgres refused the row. */
export const lostRequests = pgTable("lost_requests", {
  spool: text("spool").primaryKey(),
  rows: integer("rows").notNull(),
  firstAt: at("first_at").notNull(),
  lastAt: at("last_at").notNull(),
});
