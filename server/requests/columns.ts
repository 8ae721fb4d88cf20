import { eq, getTableColumns, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { users } from "#db/schema/people.ts";
import { requests } from "#db/schema/requests.ts";

const { projectId, finishReason, workload, itlP50Ms, itlP95Ms, queueMs, ...listed } = getTableColumns(requests);

/** What a row of the list shows; the joins below bring the names. */
export const requestColumns = {
  ...listed,
  actorName: sql<string | null>`coalesce(${users.name}, ${apiKeys.name})`,
  deploymentName: deployments.name,
  revisionNumber: revisions.number,
  modelId: models.id,
  modelName: models.name,
  modelVersion: modelVersions.version,
};

/** What only the page of one request shows. */
export const requestDetails = { finishReason, workload, itlP50Ms, itlP95Ms, queueMs };

export const named = {
  user: eq(requests.actor, sql`'user:' || ${users.id}`),
  key: eq(requests.actor, sql`'key:' || ${apiKeys.id}`),
  deployment: eq(deployments.id, requests.deploymentId),
  revision: eq(revisions.id, requests.revisionId),
  version: eq(modelVersions.id, requests.modelVersionId),
  model: eq(models.id, modelVersions.modelId),
};
