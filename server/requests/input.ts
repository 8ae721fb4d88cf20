import { z } from "zod";
import { requestOutcomes } from "#db/enums.ts";
import { Cursor, PickMany, searchText, sortedBy } from "#server/input.ts";

export const requestPeriodNames = ["15m", "1h", "24h", "7d", "30d"] as const;
export type RequestPeriod = (typeof requestPeriodNames)[number];
export const requestPeriodMinutes = {
  "15m": 15,
  "1h": 60,
  "24h": 1_440,
  "7d": 10_080,
  "30d": 43_200,
} as const satisfies Record<RequestPeriod, number>;

const ids = z.array(z.string().max(80)).max(50).default([]);

/** Empty lists filter nothing. */
export const RequestFilter = z.object({
  period: z.enum(requestPeriodNames).default("24h"),
  /** names that callers asked for */
  models: z.array(z.string().max(256)).max(50).default([]),
  outcomes: z.array(z.enum(requestOutcomes)).default([]),
  actors: ids,
  revisionIds: ids,
  kind: z.enum(["all", "stream", "whole"]).default("all"),
  /** a request's id, its last six characters, or an error code */
  search: searchText(80).default(""),
});
export type RequestFilter = z.infer<typeof RequestFilter>;

export const requestSorts = ["received", "model", "status", "completion", "ttft", "total", "cost"] as const;

export const ListRequests = RequestFilter.extend({
  cursor: Cursor,
  sort: sortedBy(requestSorts, "received"),
  limit: z.number().int().min(1).max(100).default(50),
});
export type ListRequests = z.infer<typeof ListRequests>;

export const requestChoiceKinds = ["model", "actor", "revision"] as const;
export const RequestChoices = PickMany.extend({ of: z.enum(requestChoiceKinds) });
export type RequestChoices = z.infer<typeof RequestChoices>;

/** `req_` and 26 base32 digits, of which the first has three bits. */
export const isRequestId = /^req_[0-7][0-9a-hjkmnp-tv-z]{25}$/;

export const ShowRequest = z.object({ id: z.string().regex(isRequestId, "give a request's id (req_…)") });
export type ShowRequest = z.infer<typeof ShowRequest>;

export const RequestTraffic = z.object({
  deploymentId: z.string().max(64),
  minutes: z.int().min(5).max(10_080).default(60),
});
export type RequestTraffic = z.infer<typeof RequestTraffic>;
