import { join } from "node:path";
import { idPrefixes } from "#db/ids.ts";
import { DomainError } from "#server/errors.ts";
import type { Storage } from "#server/storage.ts";

/** The folder of an unfinished upload's parts, beside the blobs on their file system. */
export async function uploadFolder(storage: Storage, uploadId: string): Promise<string> {
  if (!uploadId.startsWith(idPrefixes.upload) || !/^[0-9a-z_]+$/.test(uploadId)) {
    throw new DomainError("NOT_FOUND", `there is no upload ${uploadId.slice(0, 64)}`);
  }
  return join(await storage.tmp(), `${uploadId}.upload`);
}
