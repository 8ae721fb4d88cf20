import { parseAsArrayOf, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { auditOutcomes } from "#db/enums.ts";
import { auditPeriodNames } from "#server/audit/input.ts";

/** The audit page's part of the URL, read by the server's prefetch and the page alike. */
export const auditFilters = {
  actor: parseAsArrayOf(parseAsString).withDefault([]),
  area: parseAsArrayOf(parseAsString).withDefault([]),
  outcome: parseAsArrayOf(parseAsStringLiteral(auditOutcomes)).withDefault([]),
  period: parseAsStringLiteral([...auditPeriodNames, "all"]).withDefault("all"),
  target: parseAsString,
};

type Values = {
  actor: string[];
  area: string[];
  outcome: (typeof auditOutcomes)[number][];
  period: (typeof auditPeriodNames)[number] | "all";
  target: string | null;
};

export function toListAudit(filters: Values) {
  return {
    actors: filters.actor,
    areas: filters.area,
    outcomes: filters.outcome,
    targetId: filters.target,
    period: filters.period === "all" ? null : filters.period,
  };
}
