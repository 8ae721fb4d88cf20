import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { eq, gt, max } from "drizzle-orm";
import { expect } from "vitest";
import type { Pool } from "#db/client.ts";
import type { ReplicaStatus, Role } from "#db/enums.ts";
import { idPrefixes, newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { replicas } from "#db/schema/deployments.ts";
import { evals } from "#db/schema/evals.ts";
import { members, projects, users } from "#db/schema/people.ts";
import { uploads } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { addRevision } from "#server/deployments/add-revision.ts";
import { createDeployment } from "#server/deployments/create.ts";
import { addHost, addVersion } from "#server/deployments/deployments.fixture.ts";
import type { Caller } from "#server/enter-project.ts";
import { loadSnapshot } from "#server/gateway/snapshot/load.ts";
import { createKey } from "#server/keys/create.ts";
import { addEval, addGround } from "#server/models/models.fixture.ts";
import { hashPassword } from "#server/people/password.ts";
import { openSession } from "#server/people/sessions.ts";
import { testBase, testDataset } from "#server/runs/testing.ts";
import type { ActionEntry } from "#server/signals/action-entry.ts";
import { type Action, actions } from "#server/signals/actions.ts";
import { recordBlob, type Storage } from "#server/storage.ts";
import { testStorage } from "#server/testing.ts";

export const password = "a password of the mutations test";
const sha = (text: string) => createHash("sha256").update(text).digest("hex");

/** A project of its own for one call: an admin, an engineer with a key, and somebody who is no member. */
export type Room = {
  ctx: Ctx & { storage: Storage; role: Role };
  slug: string;
  admin: Caller;
  sessionId: string;
  bob: { userId: string; keyId: string };
  eve: { userId: string; email: string; caller: Caller };
};

export async function openRoom(db: Pool): Promise<Room> {
  const storage = await testStorage();
  const projectId = newId("project");
  const slug = `p-${projectId.slice(-8)}`;
  await db.insert(projects).values({ id: projectId, slug, name: slug });
  const passwordHash = await hashPassword(password);
  const add = async (name: string, role?: Role) => {
    const userId = newId("user");
    const email = `${userId}@example.test`;
    await db.insert(users).values({ id: userId, email, name, passwordHash });
    if (role) await db.insert(members).values({ projectId, userId, role });
    const { id: sessionId } = await openSession({ db }, userId, null);
    const caller: Caller = { kind: "user", userId, sessionId, isOwner: false };
    return { userId, email, sessionId, caller };
  };
  const [ada, bob, eve] = [await add("Ada", "admin"), await add("Bob", "engineer"), await add("Eve")];
  const ctx = {
    db,
    storage,
    projectId,
    actor: `user:${ada.userId}` as const,
    role: "admin" as const,
    enqueue: () => {},
  };
  const asBob = { ...ctx, actor: `user:${bob.userId}` as const };
  const key = await createKey(asBob, { name: "ci", scopes: ["inference", "runs:write"], expiresInDays: null });
  return {
    ctx,
    slug,
    eve,
    admin: ada.caller,
    sessionId: ada.sessionId,
    bob: { userId: bob.userId, keyId: key.id },
  };
}

export async function addUpload({ ctx }: Room): Promise<string> {
  const id = newId("upload");
  const blob = await ctx.storage.put(Readable.from(["{}\n"]));
  await recordBlob(ctx, blob);
  const stored = { blobSha256: blob.sha256, bytesExpected: blob.bytes, status: "finished" as const };
  const row = { id, projectId: ctx.projectId, filename: "rows.jsonl", createdBy: ctx.actor, expiresAt: new Date() };
  await ctx.db.insert(uploads).values({ ...row, ...stored });
  return id;
}

/** A dataset version whose one validation row is really there. */
export async function addRows({ ctx }: Room) {
  const messages = [
    { role: "user", content: "Which?" },
    { role: "assistant", content: "billing" },
  ];
  const blob = await ctx.storage.put(Readable.from([`${JSON.stringify({ messages })}\n`]));
  await recordBlob(ctx, blob);
  return testDataset(ctx, { validationBlob: blob.sha256, validationRows: 1 });
}

/** A base that can be trained, a base and its tuned version that can be served. */
export async function addVersions({ ctx }: Room) {
  const { db, projectId } = ctx;
  const base = await addVersion(db, projectId, "nano", { baseSha: sha(`${projectId} base`) });
  const files = { adapterSha: sha(`${projectId} adapter`), probeSha: sha(`${projectId} probe`) };
  const tuned = await addVersion(db, projectId, "triage", { baseVersionId: base.versionId, ...files });
  return { base, tuned };
}

export async function addDeployment(room: Room, { second = false } = {}) {
  const { ctx } = room;
  const { base, tuned } = await addVersions(room);
  const made = await createDeployment(ctx, { name: "support", revisions: [{ model: "nano", weightBps: 10_000 }] });
  const added = second ? await addRevision(ctx, { deploymentId: made.id, model: "triage" }) : null;
  return { base, tuned, deploymentId: made.id, revisionIds: [made.revisions[0]?.id ?? "", added?.id ?? ""] };
}

export async function addJudged(room: Room, status: "queued" | "succeeded" = "succeeded") {
  const { ctx } = room;
  const { suiteId, baseVersionId } = await addGround(ctx);
  const candidate = await testBase(ctx);
  const on = { suiteId, candidateVersionId: candidate.id, baselineVersionId: baseVersionId };
  const evalId = await addEval(ctx.db, { projectId: ctx.projectId, ...on }, [[0, 1]]);
  await ctx.db.update(evals).set({ status }).where(eq(evals.id, evalId));
  return { evalId, ...on };
}

/** A version that a live host holds. */
export async function addReplica({ ctx }: Room, modelVersionId: string, status: ReplicaStatus) {
  const id = newId("replica");
  const row = { id, projectId: ctx.projectId, hostId: await addHost(ctx.db), modelVersionId, status };
  await ctx.db.insert(replicas).values(row);
  return row;
}

/**
 * What one act left behind: its audit rows, whether gateways would read anything else than before, how often they were told,
 * and whether one that reads the projects named to it alone knows all that one does which reads every project.
 */
export async function watch(db: Pool, act: () => Promise<unknown>) {
  const before = await loadSnapshot(db);
  const [last] = await db.select({ id: max(auditLog.id) }).from(auditLog);
  await act();
  const after = await loadSnapshot(db);
  const rows = await db
    .select()
    .from(auditLog)
    .where(gt(auditLog.id, last?.id ?? ""))
    .orderBy(auditLog.id);
  const reroutes = canonical({ ...before, version: 0 }) !== canonical({ ...after, version: 0 });
  const follows = canonical(await loadSnapshot(db, before)) === canonical(after);
  return { rows, reroutes, follows, bumps: after.version - before.version };
}

/** The same text for the same content, whatever order the rows came in. */
function canonical(value: unknown): string {
  if (value instanceof Map) return canonical([...value]);
  if (value instanceof Set) return canonical([...value]);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([name, part]) => `${name}:${canonical(part)}`)
    .sort()
    .join()}}`;
}

const entryOf = (action: string): ActionEntry | undefined => actions[action as Action]; // safe because undefined is looked for

/** What every change must have left: audit rows by the table, and a bump if, and only if, gateways cache what it changed. */
export function judge({ rows, reroutes, follows, bumps }: Awaited<ReturnType<typeof watch>>) {
  const done = rows.filter((row) => row.outcome === "done");
  expect(done, "it left no audit row").not.toEqual([]);
  for (const { action, targetId, projectId } of done) {
    const entry = entryOf(action);
    if (!entry) throw new Error(`${action} is not in the table of actions`);
    expect(targetId).toMatch(new RegExp(`^${idPrefixes[entry.target]}`));
    expect(projectId === null, `${action} in or outside a project`).toBe(
      entry.at !== "project" || entry.outlivesProject === true,
    );
  }
  const routed = done.some((row) => entryOf(row.action)?.routed);
  expect({ reroutes, follows, bumps }).toEqual({ reroutes: routed, follows: true, bumps: routed ? 1 : 0 });
}
