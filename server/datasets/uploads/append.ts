import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { and, eq, sql } from "drizzle-orm";
import { uploads } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { findUpload } from "#server/datasets/uploads/find.ts";
import { expiresAfterDays, partBytes } from "#server/datasets/uploads/limits.rule.ts";
import { uploadPath } from "#server/datasets/uploads/path.ts";
import { DomainError } from "#server/errors.ts";
import { asDiskError, type Storage } from "#server/storage.ts";

type Part = { uploadId: string; offset: number; stream: AsyncIterable<Uint8Array>; sha256?: string | null };

/**
 * Write one part at `offset` and count it only when it is whole and on disk: `{offset}` is where the next one begins.
 * Throws CONFLICT when `offset` is not where the upload stands (ask for it and go on there), TOO_LARGE beyond a part or
 * the announced length, INVALID when `sha256` differs, UNAVAILABLE when the disk is full. After any of them the upload can go on.
 */
export async function appendUpload(ctx: Ctx & { storage: Storage }, part: Part) {
  const upload = await findUpload(ctx, part.uploadId);
  if (upload.status !== "open") throw new DomainError("CONFLICT", "this upload is finished");
  if (part.offset !== upload.bytesReceived) throw wrongOffset(upload.bytesReceived);
  const room = Math.min(partBytes, upload.bytesExpected - upload.bytesReceived);
  const path = await uploadPath(ctx.storage, upload.id);
  const written = await writePart(path, part, room).catch((error: unknown) => {
    throw asDiskError(error);
  });
  const offset = part.offset + written;
  const counted = await ctx.db
    .update(uploads)
    .set({ bytesReceived: offset, expiresAt: sql`now() + interval '1 day' * ${expiresAfterDays}` })
    .where(and(eq(uploads.id, upload.id), eq(uploads.status, "open"), eq(uploads.bytesReceived, part.offset)))
    .returning({ offset: uploads.bytesReceived });
  if (counted.length === 0) throw wrongOffset((await findUpload(ctx, part.uploadId)).bytesReceived);
  return { offset };
}

async function writePart(path: string, { offset, stream, sha256 }: Part, room: number): Promise<number> {
  const hash = sha256 ? createHash("sha256") : null;
  const file = await open(path, "r+");
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      if (bytes + chunk.length > room) throw tooMuch(room);
      await file.write(chunk, 0, chunk.length, offset + bytes);
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

function wrongOffset(offset: number) {
  return new DomainError("CONFLICT", `the upload stands at byte ${offset}: go on there`, { reason: "offset" });
}

function tooMuch(room: number) {
  const message =
    room === partBytes ? `a part may have at most ${partBytes} bytes` : "more bytes came than were announced";
  return new DomainError("TOO_LARGE", message);
}
