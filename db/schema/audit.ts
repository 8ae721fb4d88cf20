import { index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { auditOutcomes } from "#db/enums.ts";
import { createdAt, id } from "./columns.ts";

/** Append-only: who did what to which thing, written in the transaction of the change. */
export const auditLog = pgTable(
  "audit_log",
  {
    id: id(),
    projectId: text("project_id"),
    actor: text("actor").notNull(),
    action: text("action").notNull(),
    targetId: text("target_id"),
    outcome: text("outcome", { enum: auditOutcomes }).notNull().default("done"),
    detail: jsonb("detail").$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
  },
  (t) => [index("audit_log_project_idx").on(t.projectId, t.createdAt), index("audit_log_target_idx").on(t.targetId)],
);
