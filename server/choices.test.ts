import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { suites } from "#db/schema/evals.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { members, users } from "#db/schema/people.ts";
import { inTx } from "#db/testing.ts";
import { listActors } from "#server/audit/list-actors.ts";
import type { Ctx } from "#server/context.ts";
import { listSuites } from "#server/evals/list-suites.ts";
import { PickMany } from "#server/input.ts";
import { addGround } from "#server/models/models.fixture.ts";
import { listMembers } from "#server/projects/members.ts";
import { requestChoices } from "#server/requests/choices.ts";
import { RequestChoices } from "#server/requests/input.ts";
import { logCalls } from "#server/requests/testing.ts";
import { testBase } from "#server/runs/testing.ts";
import { actorLabel } from "#server/signals/actor-label.rule.ts";
import { testProject } from "#server/testing.ts";

const many = 60;
const asked = (input: object) => RequestChoices.parse(input);
const labels = (found: { items: { label: string }[] }) => found.items.map((item) => item.label);

test("of more than fifty models asked for the most used come first, and any other is found by its name", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const models = Array.from({ length: many }, (_, i) => `support-${i}`);
    await logCalls(
      tx,
      models.flatMap((model, i) => Array.from({ length: i < 2 ? 3 - i : 1 }, () => ({ projectId, model }))),
    );
    const first = await requestChoices(ctx, asked({ of: "model" }));
    expect(labels(first).slice(0, 2)).toEqual(["support-0", "support-1"]);
    expect([first.items.length, first.total]).toEqual([20, many]);
    const found = await requestChoices(ctx, asked({ of: "model", search: "SUPPORT-5" }));
    expect(labels(found)[0]).toBe("support-5"); // exactly so, before support-50 … 59, which are as much used
    expect(found.total).toBeLessThanOrEqual(many); // those one slip away stand last
    // one that is far down, and one that nobody asked for this month: both stay, by name, typed text or not
    const chosen = ["support-47", "gone"];
    const open = await requestChoices(ctx, asked({ of: "model", chosen }));
    expect([labels(open).slice(0, 2), open.total]).toEqual([chosen, many]);
    const typed = await requestChoices(ctx, asked({ of: "model", chosen, search: "support-5" }));
    expect(labels(typed)[0]).toBe("support-5");
    expect(labels(typed)).toEqual(expect.arrayContaining(chosen));
  }));

test("of more than fifty callers and revisions each is found by name, and the chosen one keeps its name", () =>
  inTx(async (tx) => {
    const { ctx, projectId, userId } = await testProject(tx);
    const keys = await manyKeys(ctx);
    const { id: modelVersionId } = await testBase(ctx);
    const deploymentId = newId("deployment");
    await tx.insert(deployments).values({ id: deploymentId, projectId, name: "support", createdBy: ctx.actor });
    const made = keys.map((_, i) => ({
      id: newId("revision"),
      projectId,
      deploymentId,
      number: i + 1,
      modelVersionId,
    }));
    await tx.insert(revisions).values(made.map((row) => ({ ...row, weightBps: 0 })));
    const actors = [...keys.map((key) => `key:${key}`), "system:rollout-judge"];
    await logCalls(
      tx,
      actors.map((actor, i) => ({ projectId, actor, deploymentId, revisionId: made[i % many]?.id ?? null })),
    );
    const callers = (input: object) => requestChoices(ctx, asked({ of: "actor", ...input }));
    expect((await callers({})).total).toBe(many + 1);
    expect(labels(await callers({ search: "ci-59" }))[0]).toBe("ci-59");
    expect(labels(await callers({ search: "judge" }))).toEqual(["rollout judge"]);
    // a member who has called nothing this month is named; a stranger is not
    expect(labels(await callers({ chosen: [`user:${userId}`] }))[0]).toBe("Ada");
    const stranger = await testProject(tx);
    expect(labels(await callers({ chosen: [stranger.ctx.actor] }))[0]).toBe(`user ${stranger.userId.slice(-6)}`);
    const revision = { of: "revision", search: "v59", chosen: [made[2]?.id] };
    const typed = labels(await requestChoices(ctx, asked(revision)));
    expect([typed[0], typed.at(-1)]).toEqual(["support v59", "support v3"]);
    expect(await requestChoices(stranger.ctx, asked(revision))).toEqual({ items: [], total: 0 });
  }));

test("of more than fifty who stand in the audit log each is found by name, and the chosen one is always there", () =>
  inTx(async (tx) => {
    const { ctx, projectId, userId } = await testProject(tx);
    const keys = await manyKeys(ctx);
    const actors = [ctx.actor, ...keys.map((key) => `key:${key}`), "system:local-admin"];
    const row = (actor: string, i: number) => {
      const createdAt = new Date(Date.UTC(2026, 0, 1, 0, i));
      return { id: newId("audit"), projectId, actor, action: "keys.create", createdAt };
    };
    await tx.insert(auditLog).values(actors.map(row));
    const listed = (input: object) => listActors(ctx, PickMany.parse(input));
    const first = await listed({});
    expect([first.total, labels(first)[0]]).toEqual([many + 2, "the shell"]); // the last to act
    expect(labels(await listed({ search: "ada" }))).toEqual(["Ada"]);
    expect(labels(await listed({ search: "the shell" }))).toEqual(["the shell"]);
    expect((await listed({ chosen: [`user:${userId}`] })).items[0]).toEqual({ value: `user:${userId}`, label: "Ada" });
    const { ctx: stranger } = await testProject(tx);
    expect(await listActors(stranger, PickMany.parse({ chosen: [`user:${userId}`] }))).toEqual({ items: [], total: 0 });
  }));

test("a filter calls an actor what the rows call it", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const actors = ["key:key_abcdefgh", "user:user_12345678", "system:sign-in", "system:rollout-judge"];
    await tx
      .insert(auditLog)
      .values(actors.map((actor) => ({ id: newId("audit"), projectId, actor, action: "keys.create" })));
    for (const { value, label } of (await listActors(ctx, PickMany.parse({}))).items)
      expect(label).toBe(actorLabel(value, null));
  }));

test("a picker of members and one of suites have one page, in which the chosen one always is", () =>
  inTx(async (tx) => {
    const { ctx, projectId, userId } = await testProject(tx);
    const ids = Array.from({ length: many }, () => newId("user"));
    const person = (id: string, i: number) => ({
      id,
      email: `p${i}@example.test`,
      name: `Bob ${i}`,
      passwordHash: "-",
    });
    await tx.insert(users).values(ids.map(person));
    await tx.insert(members).values(ids.map((id) => ({ projectId, userId: id, role: "viewer" as const })));
    const last = ids.at(-1) ?? "";
    const open = await listMembers(ctx, { chosen: last });
    expect([open.items.length, open.total, open.nextCursor]).toEqual([20, many + 1, null]);
    expect(open.items.slice(0, 2).map((member) => member.userId)).toEqual([last, userId]);
    const typed = await listMembers(ctx, { chosen: last, search: "ada" });
    expect(typed.items.map((member) => member.userId)).toEqual([last, userId]);
    expect((await listMembers(ctx)).nextCursor).not.toBeNull();

    const { suiteId } = await addGround(ctx);
    const [suite] = await tx.update(suites).set({ archivedAt: new Date() }).where(eq(suites.id, suiteId)).returning();
    if (!suite) throw new Error("no suite");
    const copy = (i: number) => ({ ...suite, id: newId("suite"), name: `held ${i}`, archivedAt: null });
    await tx.insert(suites).values(ids.map((_, i) => copy(i)));
    const picked = await listSuites(ctx, { chosen: suiteId });
    expect([picked.items[0]?.id, picked.total, picked.nextCursor]).toEqual([suiteId, many, null]);
    expect((await listSuites(ctx, { chosen: suiteId, search: "held 7" })).items.map((item) => item.name)).toEqual([
      "held out",
      "held 7",
    ]);
  }));

/** Keys `ci-0` … `ci-59` of the project → their ids. */
async function manyKeys({ db, projectId, actor }: Ctx): Promise<string[]> {
  const ids = Array.from({ length: many }, () => newId("key"));
  const row = (id: string, i: number) => ({ id, projectId, name: `ci-${i}`, createdBy: actor });
  await db
    .insert(apiKeys)
    .values(ids.map((id, i) => ({ ...row(id, i), hmac: id, last4: id.slice(-4), scopes: ["inference" as const] })));
  return ids;
}
