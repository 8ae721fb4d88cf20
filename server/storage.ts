import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, type ReadStream } from "node:fs";
import { access, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { blobs } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

export type Blob = { sha256: string; bytes: number };
export type Storage = {
  /** Stream bytes in; they appear under their sha256 only when complete and on disk. Throws UNAVAILABLE when the disk is full. */
  put: (source: Readable | AsyncIterable<Uint8Array>, signal?: AbortSignal) => Promise<Blob>;
  /** Make a finished file of `tmp()` a blob: hashed and moved, not copied. */
  take: (path: string, signal?: AbortSignal) => Promise<Blob>;
  /** Read a blob, or the bytes from `start` to `end` (both included). */
  read: (sha256: string, range?: { start?: number; end?: number }) => ReadStream;
  /** Absolute path of a blob for programs that need a file (trainer, engine). Immutable: never write to it. */
  pathOf: (sha256: string) => string;
  has: (sha256: string) => Promise<boolean>;
  /** A folder for unfinished work on the same file system. */
  tmp: () => Promise<string>;
};

/** Content-addressed blobs below `root`: blobs/sha256/ab/<sha256>, tmp/ on the same file system. */
export function fileStorage(root: string): Storage {
  const tmpDir = join(root, "tmp");
  const pathOf = (sha256: string) => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new DomainError("INVALID", `${sha256.slice(0, 80)} is not a sha256`);
    return join(root, "blobs", "sha256", sha256.slice(0, 2), sha256);
  };
  const has = (sha256: string) =>
    access(pathOf(sha256)).then(
      () => true,
      () => false,
    );
  return {
    pathOf,
    has,
    read: (sha256, range) => createReadStream(pathOf(sha256), range),
    tmp: async () => {
      await mkdir(tmpDir, { recursive: true });
      return tmpDir;
    },
    take: async (path, signal) => {
      const blob = await hashFile(path, signal);
      await moveIntoPlace(path, pathOf(blob.sha256));
      return blob;
    },
    put: async (source, signal) => {
      await mkdir(tmpDir, { recursive: true });
      const part = join(tmpDir, `${randomUUID()}.part`);
      try {
        const { sha256, bytes } = await writeHashed(source, part, signal);
        await moveIntoPlace(part, pathOf(sha256));
        return { sha256, bytes };
      } catch (error) {
        await rm(part, { force: true });
        throw asDiskError(error);
      }
    },
  };
}

/** A full disk is the operator's to mend; say so instead of a bare ENOSPC. */
export function asDiskError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new DomainError(
    "UNAVAILABLE",
    "the disk of the data folder is full: free space or move FORGE_DATA, then try again",
    {
      cause: error,
      reason: "disk_full",
    },
  );
}

/** Put a finished file under its content address; a blob that is already there wins. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const existing = await stat(to).catch(() => null);
  if (existing) return rm(from, { force: true });
  await rename(from, to);
}

/** Remember a stored blob in the transaction of whatever names it. */
export async function recordBlob(ctx: Pick<Ctx, "db">, blob: Blob): Promise<void> {
  await ctx.db.insert(blobs).values(blob).onConflictDoNothing();
}

/** The sha256 and size of a file, forced to disk. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<Blob> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const file = await open(path, "r");
  await file.sync().finally(() => file.close());
  return { sha256: hash.digest("hex"), bytes };
}

async function writeHashed(
  source: Readable | AsyncIterable<Uint8Array>,
  path: string,
  signal?: AbortSignal,
): Promise<Blob> {
  const hash = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const input = source instanceof Readable ? source : Readable.from(source);
  await pipeline(input, measure, createWriteStream(path, { mode: 0o600 }), { signal });
  const file = await open(path, "r");
  await file.sync().finally(() => file.close());
  return { sha256: hash.digest("hex"), bytes };
}
