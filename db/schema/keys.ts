import { index, pgTable, text } from "drizzle-orm/pg-core";
import { scopes } from "#db/enums.ts";
import { at, createdAt, id } from "./columns.ts";
import { projects, users } from "./people.ts";

export const apiKeys = pgTable(
  "api_keys",
  {
    id: id(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id),
    name: text("name").notNull(),
    hmac: text("hmac").notNull().unique(),
    last4: text("last4").notNull(),
    scopes: text("scopes", { enum: scopes }).array().notNull(),
    createdBy: text("created_by").notNull(),
    /** whose role limits it, and with whom it stops; null for the project's own (made on the machine) */
    ownerId: text("owner_id").references(() => users.id),
    createdAt: createdAt(),
    expiresAt: at("expires_at"),
    revokedAt: at("revoked_at"),
    lastUsedAt: at("last_used_at"),
  },
  (t) => [index("api_keys_project_idx").on(t.projectId, t.createdAt), index("api_keys_owner_idx").on(t.ownerId)],
);
