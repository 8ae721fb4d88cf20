import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "#cli/client.ts";
import { formatDamage } from "#cli/disk-text.ts";
import { dataDir } from "#cli/paths.ts";
import { hashFile } from "#server/blob-files.ts";
import { formatSize } from "#server/room.rule.ts";
import type { BlobUse } from "#server/storage/uses.ts";

export type BlobCheck = {
  checked: number;
  bytes: number;
  left: number;
  damaged: { sha256: string; uses: BlobUse[] | null }[];
};

/** Read so much in one go; the nightly scrub reads the rest. */
export const bytesByDefault = 20 * 2 ** 30;
const usesWithinMs = 5_000;

/**
 * Read the stored files of this data folder and compare each with its name, which is its sha256, up to `mostBytes` → how many
 * were read and how many were left, and the damaged ones with what uses them (null when the console does not run).
 * Null when there is no data folder yet.
 */
export async function checkBlobs(mostBytes: number): Promise<BlobCheck | null> {
  const root = join(dataDir, "blobs", "sha256");
  const folders = await readdir(root).catch(() => null);
  if (!folders) return null;
  const check = { checked: 0, bytes: 0, left: 0 };
  const damaged: string[] = [];
  for (const folder of folders) {
    for (const name of await readdir(join(root, folder)).catch(() => [])) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue;
      const path = join(root, folder, name);
      const found = await stat(path).catch(() => null);
      if (!found) continue; // collected meanwhile
      if (check.bytes + found.size > mostBytes) {
        check.left++;
        continue;
      }
      const read = await hashFile(path).catch(() => null);
      check.checked++;
      check.bytes += found.size;
      if (read && read.sha256 !== name) damaged.push(name);
    }
  }
  const uses = damaged.length > 0 ? await askUses(damaged) : [];
  return {
    ...check,
    damaged: damaged.map((sha256) => ({ sha256, uses: uses?.filter((use) => use.sha256 === sha256) ?? null })),
  };
}

async function askUses(sha256: string[]): Promise<BlobUse[] | null> {
  try {
    const signal = AbortSignal.timeout(usesWithinMs);
    return await connect().trpc.storage.uses.query({ sha256: sha256.slice(0, 500) }, { signal });
  } catch {
    return null;
  }
}

/** The check in words: what was found, and what to do. */
export function blobFinding({ checked, bytes, left, damaged }: BlobCheck) {
  const rest = left > 0 ? `; ${left} more are read by night, or now with --all` : "";
  const found = `${checked} stored files (${formatSize(bytes)}) read, ${damaged.length} damaged${rest}`;
  const remedies = damaged.map(({ sha256, uses }) =>
    uses
      ? formatDamage({ sha256, damage: "changed", uses })
      : `the stored file ${sha256.slice(0, 12)}… is not what was stored; ./forge up, then look again, to see what uses it`,
  );
  return { found, remedy: remedies.length > 0 ? remedies.join("\n           → ") : null };
}
