import { z } from "zod";
import { Cursor, searchText, sortedBy } from "#server/input.ts";

const Id = z.string().min(1).max(64);
const Ref = z.string().trim().min(1, "choose a model version").max(160);
const Bps = z.int("whole basis points").min(0, "no less than 0 %").max(10_000, "no more than 100 %");

const DeploymentName = z
  .string()
  .trim()
  .min(1, "give the deployment a name: clients call it as their model")
  .max(60, "use at most 60 characters")
  .regex(/^[a-z0-9][a-z0-9._-]*$/, "use lower-case letters, digits, dots, dashes and underscores");

/**
 * `model` is a model version: an id, `support/3`, `support@champion`, an `ft:…` name or a bare base.
 * `takeOver` says that the calls which a model of the same name answers today may move to the deployment.
 */
export const CreateDeployment = z.object({
  name: DeploymentName,
  takeOver: z.boolean().default(false),
  revisions: z
    .array(z.object({ model: Ref, weightBps: Bps }))
    .min(1, "a deployment needs at least one revision")
    .max(8, "at most 8 revisions")
    .refine((all) => all.reduce((sum, one) => sum + one.weightBps, 0) === 10_000, "the weights must sum to 100 %"),
});
export type CreateDeployment = z.input<typeof CreateDeployment>;

export const NamedModel = z.object({ name: z.string().trim().min(1).max(64) });
export type NamedModel = z.infer<typeof NamedModel>;

/** `deployment` is an id or a name. */
export const DeploymentRef = z.object({ deployment: z.string().min(1).max(64) });
export type DeploymentRef = z.infer<typeof DeploymentRef>;

export const deploymentSorts = ["name", "requests", "failed", "created"] as const;

export const ListDeployments = z.object({
  search: searchText(80).optional(),
  cursor: Cursor,
  sort: sortedBy(deploymentSorts, "created"),
  limit: z.int().min(1).max(100).default(50),
  /** those that were retired instead of the live ones */
  retired: z.boolean().default(false),
});
export type ListDeployments = z.infer<typeof ListDeployments>;

export const AddRevision = z.object({ deploymentId: Id, model: Ref });
export type AddRevision = z.infer<typeof AddRevision>;

const WeightList = z.array(z.object({ revisionId: Id, weightBps: Bps })).max(64);

/** `expected` is every live revision with the weight the caller last saw; `weights` those that change (or all). */
export const SetWeights = z.object({ deploymentId: Id, weights: WeightList.min(1), expected: WeightList });
export type SetWeights = z.infer<typeof SetWeights>;

export const RetireRevision = z.object({ revisionId: Id });
export type RetireRevision = z.infer<typeof RetireRevision>;

export const ArchiveDeployment = z.object({ deploymentId: Id });
export type ArchiveDeployment = z.infer<typeof ArchiveDeployment>;

export const DeploymentTimeline = z.object({
  deploymentId: Id,
  cursor: z.string().max(64).nullish(),
  limit: z.int().min(1).max(100).default(20),
});
export type DeploymentTimeline = z.infer<typeof DeploymentTimeline>;
