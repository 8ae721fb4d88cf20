import { createHash, randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { and, eq, sql } from "drizzle-orm";
import { uploadParts, uploads } from "#db/schema/storage.ts";
import { type Ctx, transact } from "#server/context.ts";
import { findUpload } from "#server/datasets/uploads/find.ts";
import { expiresAfterDays, partBytes } from "#server/datasets/uploads/limits.rule.ts";
import { uploadFolder } from "#server/datasets/uploads/path.ts";
import { DomainError } from "#server/errors.ts";
import { asDiskError, type Storage } from "#server/storage.ts";

type Part = { uploadId: string; offset: number; stream: AsyncIterable<Uint8Array>; sha256?: string | null };

/**
 * Store one part and count it only when it is whole and on disk: `{offset}` is where the next one begins. Each call
 * writes a file of its own and closes it before the row's compare-and-set decides whose part counts, so that nobody who
 * is slow, in whatever process, can still write into what another has sent.
 * Throws CONFLICT when `offset` is not where the upload stands (ask for it and go on there), TOO_LARGE beyond a part or
 * the announced length, INVALID when `sha256` differs, NO_ROOM when the disk is full. After any of them the upload can go on.
 */
export async function appendUpload(ctx: Ctx & { storage: Storage }, part: Part) {
  const upload = await findUpload(ctx, part.uploadId);
  if (upload.status !== "open") throw new DomainError("CONFLICT", "this upload is finished");
  if (part.offset !== upload.bytesReceived) throw wrongOffset(upload.bytesReceived);
  const room = Math.min(partBytes, upload.bytesExpected - upload.bytesReceived);
  const file = `${part.offset}-${randomUUID()}`;
  const path = join(await uploadFolder(ctx.storage, upload.id), file);
  try {
    const bytes = await writePart(path, part, room);
    if (bytes > 0 && (await count(ctx, part, { bytes, file }))) return { offset: part.offset + bytes };
    await rm(path, { force: true });
    if (bytes === 0) return { offset: part.offset };
  } catch (error) {
    await rm(path, { force: true });
    if (isMissing(error)) await findUpload(ctx, part.uploadId); // its folder went with it: cancelled meanwhile
    throw asDiskError(error);
  }
  const now = await findUpload(ctx, part.uploadId);
  throw now.status === "open" ? wrongOffset(now.bytesReceived) : new DomainError("CONFLICT", "this upload is finished");
}

/** False when another part came first, or the upload ended. */
async function count(ctx: Ctx, { uploadId, offset }: Part, { bytes, file }: { bytes: number; file: string }) {
  return transact(ctx, async ({ db, projectId }) => {
    const counted = await db
      .update(uploads)
      .set({ bytesReceived: offset + bytes, expiresAt: sql`now() + interval '1 day' * ${expiresAfterDays}` })
      .where(
        and(
          eq(uploads.id, uploadId),
          eq(uploads.projectId, projectId),
          eq(uploads.status, "open"),
          eq(uploads.bytesReceived, offset),
        ),
      )
      .returning({ id: uploads.id });
    if (counted.length > 0) await db.insert(uploadParts).values({ projectId, uploadId, offset, bytes, file });
    return counted.length > 0;
  });
}

async function writePart(path: string, { stream, sha256 }: Part, room: number): Promise<number> {
  const hash = sha256 ? createHash("sha256") : null;
  const file = await open(path, "wx", 0o600);
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      if (bytes + chunk.length > room) throw tooMuch(room);
      await file.writeFile(chunk);
      hash?.update(chunk);
      bytes += chunk.length;
    }
    if (hash && hash.digest("hex") !== sha256) {
      throw new DomainError("INVALID", "this part was damaged on its way: send it again", { reason: "sha256" });
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return bytes;
}

function isMissing(error: unknown) {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function wrongOffset(offset: number) {
  return new DomainError("CONFLICT", `the upload stands at byte ${offset}: go on there`, { reason: "offset" });
}

function tooMuch(room: number) {
  const message =
    room === partBytes ? `a part may have at most ${partBytes} bytes` : "more bytes came than were announced";
  return new DomainError("TOO_LARGE", message);
}
