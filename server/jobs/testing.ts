import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { projects } from "#db/schema/people.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { type EnqueuedJob, testStorage } from "#server/testing.ts";

/** A committed project and a job's ctx in it that records the jobs enqueued; for tests in a database of their own. */
export async function testJobs(db: Pool): Promise<{ ctx: ProjectJobCtx; enqueued: EnqueuedJob[] }> {
  const projectId = newId("project");
  await db.insert(projects).values({ id: projectId, slug: `p-${projectId.slice(-8)}`, name: "test" });
  const enqueued: EnqueuedJob[] = [];
  const enqueue: ProjectJobCtx["enqueue"] = (name, payload) => void enqueued.push({ name, payload });
  return { ctx: { db, enqueue, storage: await testStorage(), actor: "system:jobs", projectId }, enqueued };
}
