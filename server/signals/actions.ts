import type { AliasName, DatasetStatus, EvalStatus, FilePurpose, Role, RunStatus, Scope } from "#db/enums.ts";
import {
  type ActionEntry,
  attempt,
  inProject,
  type Nothing,
  ofMember,
  outside,
  type Why,
} from "#server/signals/action-entry.ts";

/** what stands in the way of a deletion */
type InUse = { name: string; why: string };
type Share = { number: number; weightBps: number; model: string | undefined };
/** ids, and the gate's own words */
type Promotion = {
  alias: AliasName;
  model: string;
  previous: string | null;
  reason: string | undefined;
  evalId: string | null | undefined;
  checks: readonly { name: string; ok: boolean; detail: string }[] | undefined;
};

/**
 * Everything that is recorded as done or refused: the names of procedures and jobs, and of what the API, the shell and
 * the sign-in page do. `ctx.changed` takes no other action, and each with its own detail: ids and numbers, never content.
 * Rows are kept for ever, so a detail may gain a field, and an action that goes leaves rows behind.
 */
export const actions = {
  // people
  "people.changePassword": outside<Nothing, { reason: string }>({ target: "user" }),
  "people.createFirstAdminLink": outside({ target: "invitation" }),
  "people.createUser": outside<{ isOwner: boolean }>({ target: "user" }),
  "people.disable": ofMember<{ sessions: number }>({ target: "user", tells: ["projects", "keys"], routed: true }),
  "people.enable": ofMember({ target: "user", tells: ["projects", "keys"], routed: true }),
  "people.endSession": outside({ target: "session" }),
  "people.lockOut": outside<never, { minutes: number }>({ target: "user" }),
  "people.renameMe": outside({ target: "user" }),
  "people.resetPassword": outside({ target: "user" }),
  "people.setPassword": outside({ target: "user" }),
  "people.signIn": outside<{ sessionId: string }, { reason: string }>({ target: "user" }),
  "people.signOutEverywhere": outside<{ sessions: number }>({ target: "user" }),
  // projects
  "projects.acceptInvitation": inProject<{ role: Role }>({ target: "invitation", tells: ["projects"], routed: true }),
  "projects.adopt": inProject({ target: "project", tells: ["projects"], routed: true }),
  "projects.archive": inProject({ target: "project", routed: true }),
  "projects.create": inProject<{ slug: string }>({ target: "project", routed: true }),
  "projects.delete": inProject<{ name: string; slug: string; effects: readonly string[] }, InUse>({
    target: "project",
    tells: ["projects"],
    routed: true,
    outlivesProject: true,
  }),
  "projects.invite": attempt({ target: "invitation" }),
  "projects.inviteMember": inProject<{ role: Role }>({ target: "invitation", tells: ["projects"] }),
  "projects.join": inProject<{ role: Role }>({ target: "invitation", tells: ["projects"], routed: true }),
  "projects.removeMember": inProject<{ role: Role; keys: number; keysTo?: string }>({
    target: "user",
    tells: ["projects", "keys"],
    routed: true,
  }),
  "projects.rename": inProject<{ name: string }>({ target: "project", tells: ["projects"] }),
  /** `from`: the member who may no longer invite */
  "projects.revokeInvitation": inProject<{ from?: string }>({ target: "invitation", tells: ["projects"] }),
  "projects.setRetention": inProject<{
    requestDays: number;
    rollupDays: number;
    runEventDays: number;
    auditDays: number;
  }>({ target: "project", tells: ["projects"] }),
  "projects.setMemberRole": inProject<{ from: Role; to: Role }>({
    target: "user",
    tells: ["projects", "keys"],
    routed: true,
  }),
  // keys
  "keys.create": inProject<{ name: string; scopes: readonly Scope[]; expiresAt: Date | null }>({
    target: "key",
    tells: ["keys"],
    routed: true,
  }),
  "keys.revoke": inProject<{ name: string; from?: string }>({ target: "key", tells: ["keys"], routed: true }),
  "keys.transfer": inProject<{ name: string; from: string; to: string }>({
    target: "key",
    tells: ["keys"],
    routed: true,
  }),
  // files of the API and uploads of the console
  "files.cancelUpload": inProject({ target: "fileUpload" }),
  "files.create": inProject<{ purpose: FilePurpose; bytes: number; versionId: string | null }>({ target: "file" }),
  "files.createUpload": inProject<{ purpose: FilePurpose; bytes: number }>({ target: "fileUpload" }),
  "files.delete": inProject<{ name: string; bytes: number }>({ target: "file" }),
  "uploads.abort": inProject({ target: "upload" }),
  "uploads.create": inProject<{ bytes: number }>({ target: "upload" }),
  "uploads.finish": inProject<{ bytes: number; sha256: string }>({ target: "upload" }),
  // datasets
  "datasets.archive": inProject({ target: "dataset", tells: ["datasets"] }),
  "datasets.create": inProject<{ datasetId: string; version: number; bytes: number }>({
    target: "datasetVersion",
    tells: ["datasets"],
  }),
  "datasets.decide": inProject<{ do: "set_aside" | "refuse" | "map"; mapping?: object; status: DatasetStatus }>({
    target: "datasetVersion",
    tells: ["datasets"],
  }),
  "datasets.delete": inProject<{ name: string; versions: number; bytes: number }, InUse>({
    target: "dataset",
    tells: ["datasets"],
  }),
  /** the only version takes the dataset with it, and the row names that */
  "datasets.deleteVersion": inProject<{ name: string; version: number; bytes: number }, InUse>({
    target: "datasetVersion",
    tells: ["datasets"],
  }),
  "datasets.import": inProject<{ status: DatasetStatus; rows?: number; badRows?: number }>({
    target: "datasetVersion",
    tells: ["datasets"],
  }),
  "datasets.resplit": attempt({ target: "datasetVersion" }),
  "datasets.restore": inProject({ target: "dataset", tells: ["datasets"] }),
  "datasets.useSample": attempt({ target: "datasetVersion" }),
  // runs
  "runs.cancel": inProject<{ status: RunStatus }>({ target: "run", tells: ["runs"] }),
  "runs.convert": inProject<{ sha256: string }>({ target: "run", tells: ["runs"] }),
  "runs.delete": inProject<{ name: string; modelVersionId: string | null; bytes: number }, InUse>({
    target: "run",
    tells: ["runs"],
  }),
  "runs.pause": inProject<{ status: RunStatus; step: number | null }>({ target: "run", tells: ["runs"] }),
  "runs.resume": inProject<{ step: number | null }>({ target: "run", tells: ["runs"] }),
  "runs.start": inProject<{ base: string; dataset: string; steps: number | null }>({ target: "run", tells: ["runs"] }),
  /** the end of an attempt; `code`: why it failed */
  "runs.train": inProject<{ status: RunStatus; code: string | null }>({ target: "run", tells: ["runs"] }),
  // evals
  "evals.archiveSuite": inProject({ target: "suite", tells: ["suites"] }),
  "evals.cancel": inProject({ target: "eval", tells: ["evals"] }),
  "evals.createSuite": inProject<{ datasetVersionId: string; cases: number }>({ target: "suite", tells: ["suites"] }),
  "evals.delete": inProject<{ name: string; targets: readonly string[] }, InUse>({
    target: "eval",
    tells: ["evals"],
  }),
  "evals.deleteSuite": inProject<{ name: string; datasetVersionId: string; cases: number }, InUse>({
    target: "suite",
    tells: ["suites"],
  }),
  "evals.finish": inProject<{ status: EvalStatus; pairs?: number; overlap?: number }>({
    target: "eval",
    tells: ["evals"],
  }),
  "evals.start": inProject<{ suiteId: string; candidate: string; baseline: string }, { suiteId: string } & Why>({
    target: "eval",
    tells: ["evals"],
  }),
  // models
  "models.delete": inProject<{ name: string; versions: number; bytes: number }, InUse>({
    target: "model",
    tells: ["models"],
    routed: true,
  }),
  /** the only version takes the model with it, and the row names that */
  "models.deleteVersion": inProject<
    { name: string; modelId: string; version: number; code: string | null; bytes: number },
    InUse
  >({ target: "modelVersion", tells: ["models"], routed: true }),
  /** done: begun; refused: it came to nothing, with the code of the reason */
  "models.import": inProject<{ name: string; kind: "hub" | "local" | "upload" }, { code: string }>({
    target: "modelVersion",
    tells: ["models"],
    routed: true,
  }),
  "models.importSample": inProject<{ name: string }>({ target: "modelVersion", tells: ["models"], routed: true }),
  "models.register": inProject<{ runId: string; model: string; version: number }>({
    target: "modelVersion",
    tells: ["models"],
    routed: true,
  }),
  "models.removeAlias": inProject<{ model: string; alias: AliasName }>({
    target: "modelVersion",
    tells: ["models"],
    routed: true,
  }),
  // promotions
  "promotions.promote": inProject<
    Promotion & { forced: boolean },
    Promotion & Why & { forceTried: boolean | undefined }
  >({
    target: "modelVersion",
    tells: ["models"],
    routed: true,
  }),
  // deployments
  "deployments.addRevision": inProject<{ revisionId: string; number: number; model: string }>({
    target: "deployment",
    tells: ["deployments"],
    routed: true,
  }),
  "deployments.archive": inProject<{ name: string; answeredBy: string | null }>({
    target: "deployment",
    tells: ["deployments"],
    routed: true,
  }),
  "deployments.create": inProject<{ name: string; takesOverFrom: string | undefined; revisions: readonly Share[] }>({
    target: "deployment",
    tells: ["deployments"],
    routed: true,
  }),
  "deployments.delete": inProject<{ name: string }, InUse>({ target: "deployment", tells: ["deployments"] }),
  "deployments.retireRevision": inProject<{ revisionId: string; number: number }>({
    target: "deployment",
    tells: ["deployments"],
    routed: true,
  }),
  /** `before`: basis points by revision, "v1" */
  "deployments.setWeights": inProject<
    { before: Record<string, number>; moves: readonly { name: string; from: number; to: number }[] },
    Why & { before: Record<string, number>; wanted: readonly { revisionId: string; weightBps: number }[] }
  >({ target: "deployment", tells: ["deployments"], routed: true }),
  // the API, the playground and prices
  "economics.setPrice": inProject<{ input: string; output: string }>({
    target: "model",
    tells: ["economics"],
    routed: true,
  }),
  "feedback.add": inProject<{ requestId: string }>({ target: "feedback" }),
  "playground.send": attempt({ target: "request" }),
} as const satisfies Record<string, ActionEntry>;

export type Action = keyof typeof actions;

/** The first word of an action: what kind of thing was touched. */
export type Area = Action extends `${infer Domain}.${string}` ? Domain : never;

/** The actions of a project. */
export type ProjectAction = { [A in Action]: (typeof actions)[A]["at"] extends "project" ? A : never }[Action];

export function isProjectAction(name: string): name is ProjectAction {
  const all: Readonly<Record<string, { at: string }>> = actions;
  return Object.hasOwn(all, name) && all[name]?.at === "project";
}
