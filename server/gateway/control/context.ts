import type { Pool } from "#db/client.ts";
import type { Ctx } from "#server/context.ts";
import type { CallerKey } from "#server/gateway/contract.ts";
import { readStorableJson } from "#server/http/body.ts";
import type { Enqueue } from "#server/jobs/catalog.ts";
import type { Storage } from "#server/storage.ts";

/** What the parts of /v1 that need Postgres are given. */
export type ControlDependencies = { db: Pool; enqueue: Enqueue; storage: Storage; isUp: () => boolean };

/** A verb's ctx for whoever presented the key. */
export function ctxOf(dependencies: ControlDependencies, key: CallerKey): Ctx & { storage: Storage } {
  const { db, enqueue, storage } = dependencies;
  return { db, enqueue, storage, projectId: key.projectId, actor: key.actor };
}

/** A correction of 100,000 characters, each written as an escape, and what goes with it. */
const bodyBytesAtMost = 1024 * 1024;

/** The JSON body of a control call, which may be stored. Throws INVALID, TOO_LARGE. */
export function jsonOf(request: Request): Promise<unknown> {
  return readStorableJson(request, bodyBytesAtMost);
}
