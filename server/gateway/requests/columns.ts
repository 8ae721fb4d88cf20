import { eq, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { requests } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { users } from "#db/schema/people.ts";

/** What a row of the list shows; the joins below bring the names. */
export const requestColumns = {
  id: requests.id,
  receivedAt: requests.receivedAt,
  endpoint: requests.endpoint,
  model: requests.model,
  stream: requests.stream,
  status: requests.status,
  errorCode: requests.errorCode,
  actor: requests.actor,
  actorName: sql<string | null>`coalesce(${users.name}, ${apiKeys.name})`,
  deploymentId: requests.deploymentId,
  deploymentName: deployments.name,
  revisionId: requests.revisionId,
  revisionNumber: revisions.number,
  modelVersionId: requests.modelVersionId,
  modelId: models.id,
  modelName: models.name,
  modelVersion: modelVersions.version,
  attempts: requests.attempts,
  promptTokens: requests.promptTokens,
  completionTokens: requests.completionTokens,
  ttftMs: requests.ttftMs,
  totalMs: requests.totalMs,
  costUsdNanos: requests.costUsdNanos,
};

export const named = {
  user: eq(requests.actor, sql`'user:' || ${users.id}`),
  key: eq(requests.actor, sql`'key:' || ${apiKeys.id}`),
  deployment: eq(deployments.id, requests.deploymentId),
  revision: eq(revisions.id, requests.revisionId),
  version: eq(modelVersions.id, requests.modelVersionId),
  model: eq(models.id, modelVersions.modelId),
};
