/** Plain const arrays, safe in the browser: the only vocabulary of statuses, roles and scopes. */
export const roles = ["admin", "engineer", "operator", "developer", "viewer"] as const;
export type Role = (typeof roles)[number];

export const scopes = [
  "inference",
  "datasets:read",
  "datasets:write",
  "runs:read",
  "runs:write",
  "models:read",
  "models:write",
  "deployments:read",
  "deployments:write",
  "admin",
] as const;
export type Scope = (typeof scopes)[number];

export const datasetStatuses = ["uploading", "importing", "needs_review", "ready", "refused"] as const;
export type DatasetStatus = (typeof datasetStatuses)[number];

export const datasetShapes = ["messages", "prompt_completion", "preference", "unpaired_preference", "text"] as const;
export type DatasetShape = (typeof datasetShapes)[number];

/** What an import may have done with rows that it kept. */
export const datasetNoteCodes = [
  "ignored_column",
  "ignored_key",
  "system_overruled",
  "turns_as_row",
  "not_learnt",
  "user_not_learnt",
  "control_text",
] as const;
export type DatasetNoteCode = (typeof datasetNoteCodes)[number];

export const splits = ["train", "validation"] as const;
export type Split = (typeof splits)[number];

export const runStatuses = [
  "queued",
  "running",
  "converting",
  "succeeded",
  "failed",
  "cancelling",
  "cancelled",
  "pausing",
  "paused",
] as const;
export type RunStatus = (typeof runStatuses)[number];
/** Those in which a trainer works on the run and a worker holds it. */
export const heldRunStatuses = ["running", "cancelling", "pausing"] as const satisfies readonly RunStatus[];
/** It has ended, until somebody resumes it. */
export const finalRunStatuses: RunStatus[] = ["succeeded", "failed", "cancelled"];

export const evalStatuses = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
export type EvalStatus = (typeof evalStatuses)[number];

export const modelKinds = ["base", "tuned"] as const;

export const modelVersionStatuses = ["importing", "ready", "failed"] as const;
export type ModelVersionStatus = (typeof modelVersionStatuses)[number];

export const aliasNames = ["champion", "challenger"] as const;
export type AliasName = (typeof aliasNames)[number];

export const artifactKinds = ["base_weights", "base_gguf", "adapter_weights", "adapter_gguf"] as const;
export type ArtifactKind = (typeof artifactKinds)[number];

export const replicaStatuses = ["assigned", "loading", "probing", "ready", "draining", "failed"] as const;
export type ReplicaStatus = (typeof replicaStatuses)[number];

export const uploadPurposes = ["fine-tune", "batch", "evals", "assistants", "user_data", "vision"] as const;
/** `fine-tune-results` are files that a job made. */
export const filePurposes = [...uploadPurposes, "fine-tune-results"] as const;
export type FilePurpose = (typeof filePurposes)[number];

/** How a call ended: answered, refused (4xx: the caller's), failed (5xx: ours), or the caller left before the end. */
export const requestOutcomes = ["answered", "refused", "failed", "left"] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

/** For how many days a project keeps what; the audit log never less than a year. */
export const retentionDays = {
  requests: { default: 90, min: 31, max: 400 },
  rollups: { default: 400, min: 31, max: 1_830 },
  runEvents: { default: 400, min: 30, max: 3_660 },
  audit: { default: 1_095, min: 365, max: 3_660 },
} as const;

export const auditOutcomes = ["done", "refused"] as const;

/** Why a row of a split is no case of a suite, in the order in which it is said. */
export const leftOutReasons = ["bad_answer", "preference", "text", "no_question", "no_answer", "beyond_max"] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];
/** reason → rows */
export type LeftOut = Partial<Record<LeftOutReason, number>>;

/** `user:ID`, `key:ID` or `system:NAME`. */
export type Actor = `user:${string}` | `key:${string}` | `system:${string}`;
