import { join } from "node:path";
import { idPrefixes } from "#db/ids.ts";
import { DomainError } from "#server/errors.ts";
import type { Storage } from "#server/storage.ts";

/** Where an unfinished upload lies; on the blobs' own file system, so that finishing it is a rename. */
export async function uploadPath(storage: Storage, uploadId: string): Promise<string> {
  if (!uploadId.startsWith(idPrefixes.upload) || !/^[0-9a-z_]+$/.test(uploadId)) {
    throw new DomainError("NOT_FOUND", `there is no upload ${uploadId.slice(0, 64)}`);
  }
  return join(await storage.tmp(), `${uploadId}.upload`);
}
