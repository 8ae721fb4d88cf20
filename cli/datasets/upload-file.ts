import type { Connection } from "#cli/client.ts";
import { sendPath } from "#cli/datasets/send-path.ts";
import type { ColumnMapping, onBadRows } from "#server/datasets/input.ts";

export type UploadFile = {
  name?: string;
  mapping?: ColumnMapping;
  onBadRows?: (typeof onBadRows)[number];
  validationShareBp?: number;
};

/**
 * Send a file to the console in parts and make it the next version of a dataset: `{datasetId, versionId, name, version}`.
 * An upload of this file that broke off is gone on with. `onProgress` gets the bytes sent and the file's length.
 * Throws what the console says, INVALID when the file cannot be read.
 */
export async function uploadFile(
  connection: Connection,
  path: string,
  options: UploadFile = {},
  onProgress: (sentBytes: number, bytes: number) => void = () => {},
) {
  const uploadId = await sendPath(connection, path, onProgress);
  return connection.trpc.datasets.create.mutate({ uploadId, ...options });
}
