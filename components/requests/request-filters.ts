import { parseAsArrayOf, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { requestOutcomes } from "#db/enums.ts";
import { type RequestFilter, requestPeriodNames } from "#server/requests/input.ts";

const kinds = ["all", "stream", "whole"] as const;

/** The requests page's part of the URL, read by the server's prefetch and the page alike. */
export const requestFilters = {
  q: parseAsString.withDefault(""),
  period: parseAsStringLiteral(requestPeriodNames).withDefault("24h"),
  model: parseAsArrayOf(parseAsString).withDefault([]),
  outcome: parseAsArrayOf(parseAsStringLiteral(requestOutcomes)).withDefault([]),
  actor: parseAsArrayOf(parseAsString).withDefault([]),
  revision: parseAsArrayOf(parseAsString).withDefault([]),
  kind: parseAsStringLiteral(kinds).withDefault("all"),
};

/** Asks whether anyone called this month. */
export const anyCaller = { of: "actor", limit: 1 } as const;

type Values = {
  q: string;
  period: RequestFilter["period"];
  model: string[];
  outcome: RequestFilter["outcomes"];
  actor: string[];
  revision: string[];
  kind: RequestFilter["kind"];
};

export function toRequestFilter(values: Values): RequestFilter {
  const { q: search, period, model: models, outcome: outcomes, actor: actors, revision: revisionIds, kind } = values;
  return { search, period, models, outcomes, actors, revisionIds, kind };
}
