import { eq } from "drizzle-orm";
import type { Pool } from "#db/client.ts";
import { projects } from "#db/schema/people.ts";
import { runs } from "#db/schema/runs.ts";
import { type Caller, enterProject } from "#server/enter-project.ts";
import { DomainError } from "#server/errors.ts";
import type { Wanted } from "#server/ops/live/topics.rule.ts";

/** May this caller follow these topics? Throws as entering the project does: a stranger's run or project is NOT_FOUND. */
export async function checkTopics(db: Pool, caller: Caller | null, wanted: readonly Wanted[]): Promise<void> {
  for (const each of wanted) {
    const procedure = each.kind === "run" ? "runs.events" : "runs.list";
    await enterProject({ db, caller, projectSlug: await slugOf(db, each) }, procedure);
  }
}

async function slugOf(db: Pool, wanted: Wanted): Promise<string> {
  const found =
    wanted.kind === "project"
      ? db.select({ slug: projects.slug }).from(projects).where(eq(projects.id, wanted.id))
      : db
          .select({ slug: projects.slug })
          .from(projects)
          .innerJoin(runs, eq(runs.projectId, projects.id))
          .where(eq(runs.id, wanted.id));
  const [row] = await found;
  if (row) return row.slug;
  throw new DomainError("NOT_FOUND", `there is no ${wanted.kind} ${wanted.id}`);
}
