import { sql } from "drizzle-orm";
import { boolean, index, integer, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { retentionDays, roles } from "#db/enums.ts";
import { at, createdAt, id } from "./columns.ts";

export const users = pgTable(
  "users",
  {
    id: id(),
    email: text("email").notNull(),
    name: text("name").notNull(),
    passwordHash: text("password_hash").notNull(),
    isOwner: boolean("is_owner").notNull().default(false),
    disabledAt: at("disabled_at"),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("users_email_key").on(sql`lower(${t.email})`)],
);

/**
 * Failed sign-ins per e-mail and network, and failed password changes per session. Kept for e-mails nobody has too:
 * lock-out works the same for both and reveals neither.
 */
export const passwordAttempts = pgTable(
  "password_attempts",
  {
    triedHmac: text("tried_hmac").primaryKey(),
    failures: integer("failures").notNull(),
    lastAt: at("last_at").notNull(),
    lockedUntil: at("locked_until"),
  },
  (t) => [index("password_attempts_last_idx").on(t.lastAt)],
);

export const sessions = pgTable(
  "sessions",
  {
    id: id(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    userAgent: text("user_agent"),
    createdAt: createdAt(),
    lastSeenAt: at("last_seen_at").notNull().default(sql`now()`),
    expiresAt: at("expires_at").notNull(),
    revokedAt: at("revoked_at"),
  },
  (t) => [index("sessions_user_idx").on(t.userId)],
);

export const projects = pgTable("projects", {
  id: id(),
  slug: text("slug").notNull().unique(),
  name: text("name").notNull(),
  createdAt: createdAt(),
  archivedAt: at("archived_at"),
  /** For how many days logged calls and their minutes, hourly totals, events of ended runs, and the audit log are kept. */
  requestDays: integer("request_days").notNull().default(retentionDays.requests.default),
  rollupDays: integer("rollup_days").notNull().default(retentionDays.rollups.default),
  runEventDays: integer("run_event_days").notNull().default(retentionDays.runEvents.default),
  auditDays: integer("audit_days").notNull().default(retentionDays.audit.default),
});

export const members = pgTable(
  "members",
  {
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    role: text("role", { enum: roles }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.userId] }), index("members_user_idx").on(t.userId)],
);

/** A one-time link: the first admin (no project) or an invited member. Only the token's HMAC is kept. */
export const invitations = pgTable("invitations", {
  id: id(),
  projectId: text("project_id").references(() => projects.id),
  email: text("email"),
  role: text("role", { enum: roles }).notNull(),
  tokenHash: text("token_hash").notNull().unique(),
  createdBy: text("created_by").notNull(),
  createdAt: createdAt(),
  expiresAt: at("expires_at").notNull(),
  acceptedAt: at("accepted_at"),
  revokedAt: at("revoked_at"),
});

/** A one-time link with which somebody sets a new password without the old one. Only the token's HMAC is kept. */
export const passwordResets = pgTable(
  "password_resets",
  {
    id: id(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    tokenHash: text("token_hash").notNull().unique(),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
    expiresAt: at("expires_at").notNull(),
    usedAt: at("used_at"),
    revokedAt: at("revoked_at"),
  },
  (t) => [index("password_resets_user_idx").on(t.userId)],
);
