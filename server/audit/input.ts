import { z } from "zod";
import { auditOutcomes } from "#db/enums.ts";
import { Cursor, sortedBy } from "#server/input.ts";
import type { Area } from "#server/signals/actions.ts";

/** The first word of an action: what kind of thing was touched. */
export const auditAreas = [
  "people",
  "projects",
  "keys",
  "files",
  "uploads",
  "datasets",
  "runs",
  "evals",
  "models",
  "deployments",
  "feedback",
  "economics",
  "playground",
] as const satisfies readonly Area[];

export const auditPeriodNames = ["24h", "7d", "30d", "90d"] as const;
export const auditPeriodHours = { "24h": 24, "7d": 168, "30d": 720, "90d": 2_160 } as const;

export const auditSorts = ["at", "actor", "outcome"] as const;

/** Empty lists filter nothing. */
export const ListAudit = z.object({
  actors: z.array(z.string().max(80)).max(50).default([]),
  areas: z.array(z.string().max(40)).max(20).default([]),
  outcomes: z.array(z.enum(auditOutcomes)).default([]),
  targetId: z.string().max(80).nullish(),
  period: z.enum(auditPeriodNames).nullish(),
  cursor: Cursor,
  sort: sortedBy(auditSorts, "at"),
  limit: z.number().int().min(1).max(100).default(50),
});
export type ListAudit = z.infer<typeof ListAudit>;
