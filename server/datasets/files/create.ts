import type { Readable } from "node:stream";
import type { FilePurpose } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { files } from "#db/schema/storage.ts";
import type { Blob } from "#server/blob-files.ts";
import { type Ctx, transact } from "#server/context.ts";
import { createDatasetVersion } from "#server/datasets/create-version.ts";
import { findFile } from "#server/datasets/files/find.ts";
import type { onBadRows } from "#server/datasets/input.ts";
import { DomainError } from "#server/errors.ts";
import { recordBlob, type Storage } from "#server/storage.ts";

type NewFile = { filename: string; purpose: FilePurpose; onBadRows?: (typeof onBadRows)[number] };
type Bytes = Readable | AsyncIterable<Uint8Array>;

/**
 * Stream a file in; only when all of it is on disk does it get a row. `purpose: "fine-tune"` also makes a dataset
 * version named after the file and enqueues its import. Returns what `findFile` does.
 * Throws INVALID for an empty file, NO_ROOM when the disk is full; an aborted `signal` leaves nothing behind.
 */
export async function createFile(
  ctx: Ctx & { storage: Storage },
  { stream, ...input }: NewFile & { stream: Bytes },
  signal?: AbortSignal,
) {
  return createFileOn(ctx, { ...input, blob: await ctx.storage.put(stream, signal) });
}

/** The same on a blob that is stored already: a multipart body may bring the file before its purpose. */
export async function createFileOn(ctx: Ctx, { filename, purpose, blob, onBadRows }: NewFile & { blob: Blob }) {
  if (blob.bytes === 0) throw new DomainError("INVALID", "the file is empty (0 bytes)", { field: "file" });
  return transact(ctx, async (ctx) => {
    await recordBlob(ctx, blob);
    const version = purpose === "fine-tune" ? await createDatasetVersion(ctx, { filename, blob, onBadRows }) : null;
    const id = newId("file");
    await ctx.db.insert(files).values({
      id,
      projectId: ctx.projectId,
      filename,
      purpose,
      createdBy: ctx.actor,
      blobSha256: blob.sha256,
      bytes: blob.bytes,
      datasetVersionId: version?.versionId ?? null,
    });
    ctx.changed({
      action: "files.create",
      id,
      detail: { purpose, bytes: blob.bytes, versionId: version?.versionId ?? null },
    });
    return findFile(ctx, id);
  });
}
