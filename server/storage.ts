import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, type ReadStream } from "node:fs";
import { access, mkdir, readdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { eq, sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { blobs } from "#db/schema/storage.ts";
import type { Blob } from "#server/blob-files.ts";
import {
  fileSystemTime,
  hashFile,
  installBlob,
  renew,
  type SetAside,
  setBlobAside,
  syncFile,
} from "#server/blob-files.ts";
import { env } from "#server/env.ts";
import { DomainError } from "#server/errors.ts";
import { type Room, whyNoRoom } from "#server/room.rule.ts";

export type Storage = {
  /**
   * Stream bytes in; they appear under their sha256 only when complete and on disk. What is kept is always a file that
   * only this call has written, or one that has just been compared with it. Throws NO_ROOM when the disk is full, and
   * what `accept` throws for bytes that are not the expected ones: then nothing is kept.
   */
  put: (
    source: Readable | AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
    accept?: (blob: Blob) => void,
  ) => Promise<Blob>;
  /** Make a finished file of `tmp()` a blob without a copy: only for a name of our own, whose one writer has ended. */
  take: (path: string, signal?: AbortSignal) => Promise<Blob>;
  /** Read a blob, or the bytes from `start` to `end` (both included). */
  read: (sha256: string, range?: { start?: number; end?: number }) => ReadStream;
  /** Absolute path of a blob for programs that need a file (trainer, engine). Immutable: never write to it. */
  pathOf: (sha256: string) => string;
  has: (sha256: string) => Promise<boolean>;
  /** Say that a blob which no row names yet is still wanted; false when it is gone. */
  renew: (sha256: string) => Promise<boolean>;
  /** For the collector: see setBlobAside. */
  setAside: (sha256: string, graceMs: number) => Promise<SetAside | null>;
  /** The names of all blobs, a folder (1/256 of them) at a time. */
  list: () => AsyncGenerator<string[]>;
  /** What the disk has left. */
  room: () => Promise<Room>;
  /** What time the file system has: the one clock by which a file is old. */
  time: () => Promise<Date>;
  /** Which database these blobs belong to. */
  ownerFile: string;
  /** A folder for unfinished work on the same file system. */
  tmp: () => Promise<string>;
};

/** Somebody else recorded, and the collector took, the same bytes in between. */
const tiesAtMost = 5;

/** The storage of this installation, as its settings say. */
export function openStorage(): Storage {
  const { FORGE_DATA, FORGE_KEEP_FREE_MIB } = env();
  return fileStorage(FORGE_DATA, { keptFreeBytes: FORGE_KEEP_FREE_MIB * 2 ** 20 });
}

/** What stays free on the disk when nothing else is set (FORGE_KEEP_FREE_MIB). */
const keptFreeByDefault = 512 * 2 ** 20;

/** Content-addressed blobs below `root`: blobs/sha256/ab/<sha256>, tmp/ on the same file system. */
export function fileStorage(root: string, options: { keptFreeBytes?: number } = {}): Storage {
  const tmpDir = join(root, "tmp");
  const blobDir = join(root, "blobs", "sha256");
  const pathOf = (sha256: string) => {
    if (!isSha256(sha256)) throw new DomainError("INVALID", `${sha256.slice(0, 80)} is not a sha256`);
    return join(blobDir, sha256.slice(0, 2), sha256);
  };
  const has = (sha256: string) =>
    access(pathOf(sha256)).then(
      () => true,
      () => false,
    );
  const tmp = async () => {
    await mkdir(tmpDir, { recursive: true });
    return tmpDir;
  };
  return {
    pathOf,
    has,
    tmp,
    room: async () => {
      const { bavail, bsize } = await statfs(await tmp());
      return { freeBytes: bavail * bsize, keptBytes: options.keptFreeBytes ?? keptFreeByDefault };
    },
    ownerFile: join(root, "blobs", "database"),
    read: (sha256, range) => createReadStream(pathOf(sha256), range),
    renew: async (sha256) => renew(pathOf(sha256), await tmp()),
    time: async () => fileSystemTime(await tmp()),
    setAside: async (sha256, graceMs) => setBlobAside(pathOf(sha256), await tmp(), graceMs),
    list: async function* () {
      for (const folder of await namesIn(blobDir)) yield (await namesIn(join(blobDir, folder))).filter(isSha256);
    },
    take: async (path, signal) => {
      const blob = await hashFile(path, signal);
      await syncFile(path);
      await installBlob(path, pathOf(blob.sha256), blob);
      return blob;
    },
    put: async (source, signal, accept) => {
      const part = join(await tmp(), `${randomUUID()}.part`);
      try {
        const blob = await writeHashed(source, part, signal);
        accept?.(blob);
        await installBlob(part, pathOf(blob.sha256), blob);
        return blob;
      } catch (error) {
        await rm(part, { force: true });
        throw asDiskError(error);
      }
    },
  };
}

function isSha256(text: string) {
  return /^[0-9a-f]{64}$/.test(text);
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** A full disk is the operator's to fix; say so instead of a bare ENOSPC. */
export function asDiskError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new DomainError(
    "NO_ROOM",
    "the disk of the data folder is full: free space or move FORGE_DATA, then try again",
    {
      cause: error,
      reason: "disk_full",
    },
  );
}

/**
 * Remember a stored blob in the transaction of whatever names it; until that commits the collector cannot take it. It
 * was written or compared just now, so what was known against it no longer holds.
 */
export async function recordBlob({ db }: { db: Db }, { sha256, bytes }: Blob): Promise<void> {
  const mine = eq(blobs.sha256, sha256);
  const fresh = { unnamedSince: null, damage: null, checkedAt: sql`now()` };
  for (let tie = 0; tie < tiesAtMost; tie++) {
    // a shared lock: two who name the same bytes do not wait for each other
    const [held] = await db.select().from(blobs).where(mine).for("key share");
    if (held && (held.unnamedSince || held.damage)) await db.update(blobs).set(fresh).where(mine);
    if (held) return;
    const row = { sha256, bytes, checkedAt: sql`now()` };
    const inserted = await db.insert(blobs).values(row).onConflictDoNothing().returning({ sha256: blobs.sha256 });
    if (inserted.length > 0) return;
  }
  throw new DomainError("UNAVAILABLE", "the stored bytes were not recorded: try again");
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
  await syncFile(path);
  return { sha256: hash.digest("hex"), bytes };
}

/** Before work that writes much: throws NO_ROOM, with what it needs and what is free, when the disk would run full. */
export async function requireRoom(storage: Storage, what: string, bytes: number): Promise<void> {
  const why = whyNoRoom(what, bytes, await storage.room());
  if (why) throw new DomainError("NO_ROOM", why, { reason: "disk_full" });
}
