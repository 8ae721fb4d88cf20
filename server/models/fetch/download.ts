import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type ListFileEntry, downloadFile as openHubFile, type RepoId } from "@huggingface/hub";
import { DomainError } from "#server/errors.ts";
import { asDiskError } from "#server/storage.ts";

/** One commit of one repository, and how to reach it. */
export type HubPlace = { repo: RepoId; revision: string; hubUrl?: string; accessToken?: string };

const attemptsWithoutProgress = 5;
const firstWaitMs = 500;

/**
 * Download one file to `to`, going on where an earlier attempt stopped (Range), then check its hash: sha256 for a
 * large file, git's object id for a small one. Throws REFUSED (reason `hash_mismatch`) when the bytes are not those
 * the Hub promised, UNAVAILABLE when it breaks off again and again without getting further.
 */
export async function downloadFile(
  place: HubPlace,
  entry: ListFileEntry,
  to: string,
  { signal, report }: { signal: AbortSignal; report: (bytesDone: number) => void },
): Promise<void> {
  if ((await sizeOf(to)) === entry.size && entry.size > 0) return;
  if (entry.size === 0) return writeFile(to, "");
  const part = `${to}.part`;
  for (let failures = 0; ; ) {
    const from = await sizeOf(part);
    report(from);
    if (from === entry.size) break;
    if (from > entry.size) await rm(part);
    const cause = await continueFrom(place, entry, part, { signal, report }).then(
      () => null,
      (error: unknown) => error,
    );
    signal.throwIfAborted();
    const disk = asDiskError(cause);
    if (disk instanceof DomainError) throw disk;
    failures = (await sizeOf(part)) > from ? 0 : failures + 1;
    if (failures >= attemptsWithoutProgress) {
      const message = `the download of ${entry.path} broke off ${failures} times at byte ${from} of ${entry.size}`;
      throw new DomainError("UNAVAILABLE", `${message}: try again, what was fetched is kept`, {
        cause,
        reason: "hub_interrupted",
      });
    }
    if (cause) await sleep(firstWaitMs * 2 ** failures, undefined, { signal });
  }
  await checkHash(part, entry, signal);
  await rename(part, to);
}

async function continueFrom(
  place: HubPlace,
  entry: ListFileEntry,
  part: string,
  { signal, report }: { signal: AbortSignal; report: (bytesDone: number) => void },
) {
  const from = await sizeOf(part);
  const blob = await openHubFile({ ...place, path: entry.path });
  if (!blob) throw new DomainError("NOT_FOUND", `the Hub no longer has ${entry.path}`, { reason: "hub_404" });
  let bytes = from;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      report(bytes);
      done(null, chunk);
    },
  });
  const rest = from > 0 ? blob.slice(from, entry.size) : blob;
  await pipeline(chunksOf(rest), count, createWriteStream(part, { flags: "a" }), { signal });
}

async function* chunksOf(blob: Blob) {
  const reader = blob.stream().getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield Buffer.from(next.value);
  } finally {
    await reader.cancel().catch(() => {}); // the connection may be gone already
  }
}

async function checkHash(part: string, entry: ListFileEntry, signal: AbortSignal) {
  const expected = entry.lfs?.oid ?? entry.oid;
  const hash = entry.lfs ? createHash("sha256") : createHash("sha1").update(`blob ${entry.size}\0`);
  for await (const chunk of createReadStream(part, { signal })) hash.update(chunk);
  const found = hash.digest("hex");
  if (found === expected) return;
  await rm(part, { force: true });
  const message = `${entry.path} is not what the Hub promised: its hash is ${found.slice(0, 12)}…, not ${expected?.slice(0, 12)}…`;
  throw new DomainError("REFUSED", message, { reason: "hash_mismatch" });
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  return found?.size ?? 0;
}
