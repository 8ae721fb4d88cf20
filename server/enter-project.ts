import { and, eq, isNull } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import type { Actor, Role, Scope } from "#db/enums.ts";
import { members, projects } from "#db/schema/people.ts";
import { decideAccess } from "#server/access.rule.ts";
import { transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { isProjectAction } from "#server/signals/actions.ts";
import { isStorable } from "#server/text/stored-text.rule.ts";

/** Who calls: a signed-in person, an API key, or this machine's own admin key. */
export type Caller =
  | { kind: "user"; userId: string; sessionId: string; isOwner: boolean }
  | { kind: "key"; keyId: string; projectId: string; scopes: readonly Scope[] }
  | { kind: "local" };

type AskedBy = { db: Db; caller: Caller | null; projectSlug: string | null };

/**
 * Find the project that a request names and check that its caller may do `procedure` there: the one way into a
 * project for every transport of the console. Throws UNAUTHENTICATED for nobody, NOT_FOUND with the reason `project` for a stranger's project,
 * FORBIDDEN for a lacking role or scope; a refused change leaves an audit row.
 */
export async function enterProject({ db, caller, projectSlug }: AskedBy, procedure: string, { changes = false } = {}) {
  if (!caller) throw new DomainError("UNAUTHENTICATED", "sign in, or send an API key as a bearer token");
  const found = await findProject(db, caller, projectSlug, whileArchived.has(procedure));
  const { projectId, slug, role } = found;
  const actor = actorOf(caller);
  const decision = decideAccess(procedure, { role, scopes: found.scopes });
  if (!decision.allow) {
    const { why } = decision;
    if (changes && isProjectAction(procedure))
      await transact({ db, projectId, actor, enqueue: () => {} }, async (ctx) =>
        ctx.changed({ action: procedure, id: null, outcome: "refused", detail: { why } }),
      );
    throw new DomainError("FORBIDDEN", why);
  }
  return { projectId, slug, role, actor, caller };
}

export function actorOf(caller: Caller): Actor {
  if (caller.kind === "user") return `user:${caller.userId}`;
  return caller.kind === "key" ? `key:${caller.keyId}` : "system:local-admin";
}

/** What can still be done with an archived project; for everything else it is not there. */
const whileArchived = new Set(["projects.delete", "projects.deleteAffects"]);

type Found = { projectId: string; slug: string; role: Role | null; scopes: readonly Scope[] | null };

async function findProject(db: Db, caller: Caller, slug: string | null, archived: boolean): Promise<Found> {
  const missing = new DomainError(
    "NOT_FOUND",
    slug ? `there is no project ${slug}` : "name a project (header x-forge-project)",
    { reason: "project" },
  );
  const open = archived ? undefined : isNull(projects.archivedAt);
  if (caller.kind === "key") {
    const [row] = await db
      .select({ projectId: projects.id, slug: projects.slug })
      .from(projects)
      .where(and(eq(projects.id, caller.projectId), open));
    if (!row || (slug && slug !== row.slug)) throw missing;
    return { ...row, role: null, scopes: caller.scopes };
  }
  if (!slug || !isStorable(slug)) throw missing;
  const live = and(eq(projects.slug, slug), open);
  if (caller.kind === "local") {
    const [row] = await db.select({ projectId: projects.id, slug: projects.slug }).from(projects).where(live);
    if (!row) throw missing;
    return { ...row, role: null, scopes: ["admin"] };
  }
  const [row] = await db
    .select({ projectId: projects.id, slug: projects.slug, role: members.role })
    .from(projects)
    .innerJoin(members, and(eq(members.projectId, projects.id), eq(members.userId, caller.userId)))
    .where(live);
  if (!row) throw missing;
  return { ...row, scopes: null };
}
