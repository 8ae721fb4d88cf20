import { parseAsArrayOf, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { auditFilters, toListAudit } from "#components/audit/audit-filters.ts";
import { defineList } from "#components/data-table/define-list.ts";
import { requestFilters, toRequestFilter } from "#components/requests/request-filters.ts";
import { datasetShapes, datasetStatuses, evalStatuses, modelKinds, runStatuses } from "#db/enums.ts";
import { auditSorts } from "#server/audit/input.ts";
import { datasetSorts } from "#server/datasets/input.ts";
import { deploymentSorts } from "#server/deployments/input.ts";
import { priceSorts } from "#server/economics/input.ts";
import { evalSorts, suiteSorts } from "#server/evals/input.ts";
import { keySorts } from "#server/keys/input.ts";
import { modelSorts } from "#server/models/input.ts";
import { invitationSorts, memberSorts } from "#server/projects/input.ts";
import { requestSorts } from "#server/requests/input.ts";
import { runSorts } from "#server/runs/input.ts";

export const datasetShows = ["live", "archived"] as const;
export const deploymentShows = ["live", "retired"] as const;
export const keyShows = ["live", "ended", "all"] as const;

const text = parseAsString.withDefault("");
const anyOf = <Value extends string>(values: readonly Value[]) =>
  parseAsArrayOf(parseAsStringLiteral(values)).withDefault([]);

/** Every list of the console that the server sorts, filters and pages. */
export const lists = {
  datasets: defineList({
    sorts: datasetSorts,
    initial: { by: "updated", desc: true },
    filters: {
      q: text,
      shape: anyOf(datasetShapes),
      status: anyOf(datasetStatuses),
      show: parseAsStringLiteral(datasetShows).withDefault("live"),
    },
    toInput: ({ q, shape, status, show }) => ({
      search: q,
      ...(shape.length > 0 ? { shape } : {}),
      ...(status.length > 0 ? { status } : {}),
      archived: show === "archived",
    }),
  }),
  runs: defineList({
    sorts: runSorts,
    initial: { by: "created", desc: true },
    filters: { q: text, status: anyOf(runStatuses) },
    toInput: ({ q, status }) => ({ search: q, ...(status.length > 0 ? { status } : {}) }),
  }),
  evals: defineList({
    sorts: evalSorts,
    initial: { by: "started", desc: true },
    filters: { q: text, status: anyOf(evalStatuses) },
    toInput: ({ q, status }) => ({ search: q, ...(status.length > 0 ? { status } : {}) }),
  }),
  suites: defineList({
    sorts: suiteSorts,
    initial: { by: "created", desc: true },
    sortKey: "suite-sort",
    filters: { "suite-q": text },
    toInput: (filters) => ({ search: filters["suite-q"], limit: 50 }),
  }),
  models: defineList({
    sorts: modelSorts,
    initial: { by: "updated", desc: true },
    filters: { q: text, kind: anyOf(modelKinds) },
    toInput: ({ q, kind: [kind, another] }) => ({ search: q, ...(kind && !another ? { kind } : {}) }),
  }),
  deployments: defineList({
    sorts: deploymentSorts,
    initial: { by: "created", desc: true },
    filters: { q: text, show: parseAsStringLiteral(deploymentShows).withDefault("live") },
    toInput: ({ q, show }) => ({ search: q, retired: show === "retired" }),
  }),
  requests: defineList({
    sorts: requestSorts,
    initial: { by: "received", desc: true },
    filters: requestFilters,
    toInput: toRequestFilter,
  }),
  audit: defineList({
    sorts: auditSorts,
    initial: { by: "at", desc: true },
    filters: auditFilters,
    toInput: toListAudit,
  }),
  keys: defineList({
    sorts: keySorts,
    initial: { by: "createdAt", desc: true },
    filters: { q: text, show: parseAsStringLiteral(keyShows).withDefault("live") },
    toInput: ({ q, show }) => ({ q, show }),
  }),
  prices: defineList({
    sorts: priceSorts,
    initial: { by: "name", desc: false },
    filters: { q: text },
    toInput: ({ q }) => ({ search: q }),
  }),
  members: defineList({
    sorts: memberSorts,
    initial: { by: "name", desc: false },
    filters: { q: text },
    toInput: ({ q }) => ({ search: q, limit: 50 }),
  }),
  invitations: defineList({
    sorts: invitationSorts,
    initial: { by: "created", desc: true },
    sortKey: "invitation-sort",
    filters: {},
    toInput: () => ({}),
  }),
};
