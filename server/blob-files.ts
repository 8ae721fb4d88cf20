import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, link, mkdir, open, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { log } from "#server/log.ts";

export type Blob = { sha256: string; bytes: number };

/** A tie with the collector is rare, and the next look decides it. */
const looksAtMost = 10;

/**
 * Put a file that nobody else knows and nobody writes any more under its content address. The same bytes that lie there
 * are compared first, size and hash: good ones stay and count as new, damaged ones are replaced.
 */
export async function installBlob(from: string, to: string, blob: Blob): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await chmod(from, 0o400);
  for (let look = 0; look < looksAtMost; look++) {
    const found = await stat(to).catch(() => null);
    if (found && (await isIntact(to, blob))) {
      if (!(await renew(to, dirname(from), found.ino))) continue;
      return rm(from, { force: true });
    }
    if (found) log.warn({ sha256: blob.sha256, bytes: found.size }, "storage.damaged_blob_replaced");
    break;
  }
  await rename(from, to);
  await syncFolder(dirname(to));
}

/** Make an old blob count as put just now, by the time of `folder`. False when the collector took it away meanwhile. */
export async function renew(path: string, folder: string, inode?: number): Promise<boolean> {
  try {
    const now = await fileSystemTime(folder);
    await utimes(path, now, now);
    // looked at after the touch: from here on whoever sets it aside sees how new it is
    const found = await stat(path);
    return inode === undefined || found.ino === inode;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

export type SetAside = { undo: () => Promise<void>; remove: () => Promise<void> };

/**
 * Move a blob out of its place into `folder`, unless it was put again within `graceMs`: null then. The caller removes it
 * once its row is gone, or puts it back. A blob that is not there counts as moved.
 */
export async function setBlobAside(path: string, folder: string, graceMs: number): Promise<SetAside | null> {
  const aside = join(folder, `${randomUUID()}.gone`);
  try {
    await rename(path, aside);
  } catch (error) {
    if (isMissing(error)) return { undo: async () => {}, remove: async () => {} };
    throw error;
  }
  // link, not rename: whoever has put the same bytes meanwhile wins
  const undo = async () => {
    await link(aside, path).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
    await rm(aside, { force: true });
  };
  const [{ mtimeMs }, now] = await Promise.all([stat(aside), fileSystemTime(folder)]);
  if (now.getTime() - mtimeMs >= graceMs) return { undo, remove: () => rm(aside, { force: true }) };
  await undo();
  return null;
}

/**
 * What time the file system of `folder` has. A file's age is told by the clock that dates it: this process's own may be
 * hours off, and the disk may be another machine's.
 */
export async function fileSystemTime(folder: string): Promise<Date> {
  const probe = join(folder, `${randomUUID()}.clock`);
  try {
    await writeFile(probe, "");
    return (await stat(probe)).mtime;
  } finally {
    await rm(probe, { force: true });
  }
}

/** The sha256 and size of a file. `bytesPerSecond` holds the reading back. */
export async function hashFile(path: string, signal?: AbortSignal, bytesPerSecond?: number): Promise<Blob> {
  const hash = createHash("sha256");
  const from = performance.now();
  let bytes = 0;
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) {
    hash.update(chunk);
    bytes += chunk.length;
    const aheadMs = bytesPerSecond ? (bytes / bytesPerSecond) * 1_000 - (performance.now() - from) : 0;
    if (aheadMs > 10) await sleep(aheadMs, undefined, { signal });
  }
  return { sha256: hash.digest("hex"), bytes };
}

/** Does the file hold exactly these bytes? Its size tells most damage without reading it. */
export async function isIntact(
  path: string,
  { sha256, bytes }: Blob,
  signal?: AbortSignal,
  bytesPerSecond?: number,
): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found?.size !== bytes) return false;
  try {
    return (await hashFile(path, signal, bytesPerSecond)).sha256 === sha256;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Force a file, or the names in a folder, to disk. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  await file.sync().finally(() => file.close());
}

async function syncFolder(path: string): Promise<void> {
  await syncFile(path).catch(() => {}); // not every file system lets a folder be synced
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
