import { isNotNull } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { blobs } from "#db/schema/storage.ts";
import { type BlobUse, usesOf } from "#server/storage/uses.ts";

export type Damage = { sha256: string; bytes: number; damage: "missing" | "changed"; uses: BlobUse[] };

const shownAtMost = 200;

/** Stored bytes that were found damaged (at most 200) and what uses them: of one project, or of all. */
export async function listDamage(db: Db, projectId?: string): Promise<Damage[]> {
  const found = await db.select().from(blobs).where(isNotNull(blobs.damage)).orderBy(blobs.sha256).limit(shownAtMost);
  const hashes = found.map((blob) => blob.sha256);
  const uses = await usesOf(db, hashes, projectId);
  return found.flatMap(({ sha256, bytes, damage }) => {
    const mine = uses.filter((use) => use.sha256 === sha256);
    return damage && (mine.length > 0 || !projectId) ? [{ sha256, bytes, damage, uses: mine }] : [];
  });
}
