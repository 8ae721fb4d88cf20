import { mkdir, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { and, eq } from "drizzle-orm";
import { artifactFiles } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { ArtifactFile } from "#server/models/artifacts/digest.rule.ts";
import type { Storage } from "#server/storage.ts";

/** The files of one of this project's artifacts, by path. Throws NOT_FOUND when it has none. */
export async function filesOfArtifact(ctx: Pick<Ctx, "db" | "projectId">, artifactId: string): Promise<ArtifactFile[]> {
  const files = await ctx.db
    .select({ path: artifactFiles.path, sha256: artifactFiles.blobSha256, bytes: artifactFiles.bytes })
    .from(artifactFiles)
    .where(and(eq(artifactFiles.artifactId, artifactId), eq(artifactFiles.projectId, ctx.projectId)))
    .orderBy(artifactFiles.path);
  if (files.length === 0) throw new DomainError("NOT_FOUND", `there is no artifact ${artifactId}`);
  return files;
}

/**
 * Make `folder` hold links to these blobs, for programs that want a folder; whole or not at all, safe to repeat.
 * Throws UNAVAILABLE (reason `blob_damaged`) for a blob that is gone or has another size than was recorded.
 */
export async function layOut(storage: Storage, files: readonly ArtifactFile[], folder: string): Promise<void> {
  if (await isLaidOut(storage, files, folder)) return;
  const staging = `${folder}.new`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  for (const { path, sha256, bytes } of files) {
    const blob = storage.pathOf(sha256);
    const found = await stat(blob).catch(() => null);
    if (found?.size !== bytes) {
      const what = found ? `has ${found.size} bytes instead of ${bytes}` : "is gone";
      throw new DomainError("UNAVAILABLE", `the stored file ${path} ${what}`, { reason: "blob_damaged" });
    }
    await mkdir(dirname(join(staging, path)), { recursive: true });
    await symlink(blob, join(staging, path));
  }
  await rm(folder, { recursive: true, force: true });
  await rename(staging, folder);
}

/** A program may be reading the folder: what is right is left alone. */
async function isLaidOut(storage: Storage, files: readonly ArtifactFile[], folder: string): Promise<boolean> {
  for (const { path, sha256, bytes } of files) {
    const file = join(folder, path);
    const target = await readlink(file).catch(() => null);
    const found = target === storage.pathOf(sha256) ? await stat(file).catch(() => null) : null;
    if (found?.size !== bytes) return false;
  }
  return true;
}
