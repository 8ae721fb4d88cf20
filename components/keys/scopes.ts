import type { Scope } from "#db/enums.ts";

/** What each scope opens, in a person's words. */
export const scopeLabels: Readonly<Record<Scope, string>> = {
  inference: "Call models and deployments",
  "datasets:read": "Read datasets and files",
  "datasets:write": "Upload and change datasets and files",
  "runs:read": "Read runs and their logs",
  "runs:write": "Start, cancel and resume runs",
  "models:read": "Read models, evals and lineage",
  "models:write": "Import and promote models, run evals",
  "deployments:read": "Read deployments and requests",
  "deployments:write": "Create deployments and move traffic",
  admin: "Everything in this project, also keys and members",
};

export type PresetName = "call" | "build" | "admin" | "own";

/** The common wishes; `own` leaves the choice to the person. */
export const presets: Readonly<Record<PresetName, { label: string; hint: string; scopes: readonly Scope[] }>> = {
  call: { label: "Call models", hint: "For an application that uses the API", scopes: ["inference"] },
  build: {
    label: "Build models",
    hint: "For scripts and CI: data, runs, evals, models, and calling them",
    scopes: [
      "inference",
      "datasets:read",
      "datasets:write",
      "runs:read",
      "runs:write",
      "models:read",
      "models:write",
      "deployments:read",
    ],
  },
  admin: { label: "Everything", hint: "Also keys, members and deployments; keep it safe", scopes: ["admin"] },
  own: { label: "Choose scopes", hint: "Exactly what you tick", scopes: [] },
};
