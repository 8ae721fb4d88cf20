import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tx } from "#db/client.ts";
import type { Role } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { members, projects, users } from "#db/schema/people.ts";
import { adoptTransaction, type Ctx } from "#server/context.ts";
import { fileStorage, type Storage } from "#server/storage.ts";

export type EnqueuedJob = { name: string; payload: unknown };

/** A project with one member inside a test's transaction, and a ctx that records the jobs enqueued. */
export async function testProject(tx: Tx, options: { role?: Role; slug?: string } = {}) {
  adoptTransaction(tx);
  const projectId = newId("project");
  const userId = newId("user");
  const slug = options.slug ?? `p-${projectId.slice(-8)}`;
  await tx.insert(projects).values({ id: projectId, slug, name: slug });
  await tx.insert(users).values({ id: userId, email: `${userId}@example.test`, name: "Ada", passwordHash: "-" });
  await tx.insert(members).values({ projectId, userId, role: options.role ?? "admin" });
  const enqueued: EnqueuedJob[] = [];
  const ctx: Ctx = {
    db: tx,
    projectId,
    actor: `user:${userId}`,
    enqueue: (name, payload) => {
      enqueued.push({ name, payload });
    },
  };
  return { ctx, projectId, userId, slug, enqueued };
}

/** Blob storage in a folder of its own. */
export async function testStorage(options: { keptFreeBytes?: number } = {}): Promise<Storage & { root: string }> {
  const root = await mkdtemp(join(tmpdir(), "largeforge-test-blobs-"));
  return { ...fileStorage(root, options), root };
}
