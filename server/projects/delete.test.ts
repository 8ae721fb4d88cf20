import { eq, is, sql } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { deployments } from "#db/schema/deployments.ts";
import { evals } from "#db/schema/evals.ts";
import * as schema from "#db/schema/index.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { projects } from "#db/schema/people.ts";
import { runs } from "#db/schema/runs.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { enterProject } from "#server/enter-project.ts";
import { loadSnapshot } from "#server/gateway/snapshot/load.ts";
import { createKey } from "#server/keys/create.ts";
import { addEval, addGround, addRun, cases } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { createProject } from "#server/projects/create.ts";
import { deleteProject, ownTables, projectDeleteAffects } from "#server/projects/delete.ts";
import { listProjects } from "#server/projects/list.ts";
import { archiveProject } from "#server/projects/settings.ts";
import { testProject } from "#server/testing.ts";

/** A project with a bit of everything, beside another one. */
async function furnished(tx: Tx) {
  const other = await testProject(tx, { slug: "other" });
  const project = await testProject(tx, { slug: "triage" });
  const { ctx, projectId } = project;
  await createKey({ ...ctx, role: "admin" }, { name: "ci", scopes: ["inference"], expiresInDays: null });
  const ground = await addGround(ctx);
  const version = await registerModelVersion(ctx, { runId: await addRun(ctx, ground) });
  const sides = { candidateVersionId: version.id, baselineVersionId: ground.baseVersionId };
  await addEval(tx, { projectId, suiteId: ground.suiteId, ...sides }, cases(4, [0, 1]));
  return { ...project, other };
}

const rowsOf = async (db: Ctx["db"], projectId: string) => {
  const counted = ownTables.map(async (own) => db.$count(own.table, eq(own.projectId, projectId)));
  return (await Promise.all(counted)).reduce((sum, rows) => sum + rows, 0);
};

test("nothing of a project is left, and its deletion stands in the installation's audit log", () =>
  inTx(async (tx) => {
    const { ctx, projectId, other } = await furnished(tx);
    const affects = await projectDeleteAffects(ctx);
    expect(affects).toMatchObject({ id: projectId, dear: true, blockers: [] });
    expect(affects.effects).toEqual([
      "1 member (Ada) loses access",
      "1 API key (ci) is refused within a second",
      "1 dataset (tickets) is deleted",
      "1 run (tickets on nano) is deleted",
      "2 models (support, nano) are deleted with the weights",
      "The address /triage is free again; the audit log is kept",
    ]);
    await expect(deleteProject(ctx, { slug: "other" })).rejects.toMatchObject({ code: "INVALID", field: "slug" });
    await deleteProject(ctx, { slug: "triage" });
    expect(await rowsOf(tx, projectId)).toBe(0);
    expect(await tx.select().from(projects).where(eq(projects.id, projectId))).toEqual([]);
    expect(await rowsOf(tx, other.projectId)).toBeGreaterThan(0);
    const [row] = await tx.select().from(auditLog).where(eq(auditLog.action, "projects.delete"));
    expect(row).toMatchObject({ projectId: null, targetId: projectId, detail: { name: "triage", slug: "triage" } });
    expect(await tx.$count(auditLog, eq(auditLog.projectId, projectId))).toBeGreaterThan(0);
    expect((await createProject(other.ctx, { name: "triage" })).slug).toBe("triage");
  }));

test("the gateway's snapshot forgets a deleted project and its keys", () =>
  inDatabase(async ({ db }) => {
    const { ctx, projectId } = await db.transaction(furnished);
    const before = await loadSnapshot(db);
    expect([before.projects.has(projectId), before.keys.size]).toEqual([true, 1]);
    await deleteProject({ ...ctx, db }, { slug: "triage" });
    const after = await loadSnapshot(db);
    expect([after.projects.has(projectId), after.keys.size]).toEqual([false, 0]);
    expect(after.version).toBeGreaterThan(before.version);
  }));

test("what serves and what is under way is named, and the last project stays", () =>
  inTx(async (tx) => {
    const { ctx, projectId, other } = await furnished(tx);
    await tx.insert(deployments).values({ id: newId("deployment"), projectId, name: "help", createdBy: ctx.actor });
    await tx.update(runs).set({ status: "running" }).where(eq(runs.projectId, projectId));
    await tx.update(evals).set({ status: "running" }).where(eq(evals.projectId, projectId));
    const { blockers } = await projectDeleteAffects(ctx);
    expect(blockers).toEqual([
      "1 deployment (help) serves traffic: retire it first",
      "1 run (tickets on nano) has not ended: cancel or wait first",
      expect.stringMatching(/^1 eval \(held out .{6}\) is under way: cancel it first$/),
    ]);
    await expect(deleteProject(ctx, { slug: "triage" })).rejects.toMatchObject({ code: "REFUSED", reason: "in_use" });
    expect(await tx.$count(apiKeys, eq(apiKeys.projectId, projectId))).toBe(1);
    await archiveProject(ctx);
    expect((await projectDeleteAffects(other.ctx)).blockers).toEqual([
      "it is the last project: create another one first",
    ]);
    await expect(deleteProject(other.ctx, { slug: "other" })).rejects.toMatchObject({ code: "REFUSED" });
  }));

test("an archived project can be listed and deleted, but not entered for anything else", () =>
  inTx(async (tx) => {
    const { ctx, userId, projectId } = await furnished(tx);
    await archiveProject(ctx);
    expect(await listProjects(ctx, { archived: true })).toMatchObject([{ slug: "triage" }]);
    const caller = { kind: "user", userId, sessionId: "sess_1", isOwner: false } as const;
    const asked = { db: tx, caller, projectSlug: "triage" };
    await expect(enterProject(asked, "projects.rename")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await enterProject(asked, "projects.delete")).toMatchObject({ projectId });
    await deleteProject(ctx, { slug: "triage" });
    expect(await listProjects(ctx, { archived: true })).toEqual([]);
  }));

test("every table that belongs to a project is emptied, and none but those names one of their rows", () =>
  inTx(async (tx) => {
    const found = await tx.execute<{ name: string }>(sql`
      select table_name as name from information_schema.columns
      where column_name = 'project_id' and table_schema = 'public' and table_name <> 'audit_log'
        and not (select relispartition from pg_class where oid = format('public.%I', table_name)::regclass) order by 1`);
    const own = new Set(ownTables.map(({ table }) => getTableConfig(table).name));
    expect([...own].sort()).toEqual([...found].map((row) => row.name));
    const strangers = Object.values(schema).filter(
      (table: unknown): table is PgTable => is(table, PgTable) && !own.has(getTableConfig(table).name),
    );
    const naming = strangers.flatMap((table) =>
      getTableConfig(table)
        .foreignKeys.map((key) => getTableConfig(key.reference().foreignTable).name)
        .filter((name) => own.has(name)),
    );
    expect(naming).toEqual([]);
  }));
