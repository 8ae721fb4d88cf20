import type { Pool } from "#db/client.ts";
import type { Ctx, Enqueue } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { CallerKey } from "#server/gateway/contract.ts";
import type { Storage } from "#server/storage.ts";

/** What the parts of /v1 that need Postgres are given. */
export type ControlDoors = { db: Pool; enqueue: Enqueue; storage: Storage; isUp: () => boolean };

/** A verb's ctx for whoever presented the key. */
export function ctxOf(doors: ControlDoors, key: CallerKey): Ctx & { storage: Storage } {
  const { db, enqueue, storage } = doors;
  return { db, enqueue, storage, projectId: key.projectId, actor: key.actor };
}

/** The JSON body of a request. Throws INVALID. */
export async function jsonOf(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new DomainError("INVALID", "the request body is not valid JSON");
  }
}
