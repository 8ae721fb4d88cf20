import { eq } from "drizzle-orm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { retentionDays } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { members, projects, users } from "#db/schema/people.ts";
import { inTx } from "#db/testing.ts";
import { createProject } from "#server/projects/create.ts";
import { ProjectName, SetRetention } from "#server/projects/input.ts";
import { inviteMember, listInvitations, openLink } from "#server/projects/invitations.ts";
import { listProjects } from "#server/projects/list.ts";
import { listMembers } from "#server/projects/members.ts";
import { archiveProject, renameProject, setRetention } from "#server/projects/settings.ts";
import { showProject } from "#server/projects/show.ts";
import { freeSlug, slugOf } from "#server/projects/slug.rule.ts";
import { testProject } from "#server/testing.ts";

const kept = { requestDays: 60, rollupDays: 90, runEventDays: 31, auditDays: 400 };

test("any name makes a slug that stands in an address as it is, or none", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (name) => {
      const slug = slugOf(name);
      if (slug === null) return;
      expect(slug).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      expect(slug.length).toBeLessThanOrEqual(40);
      expect(slugOf(slug)).toBe(slug);
    }),
    { numRuns: 500 },
  );
});

test("a slug is free when nobody has it, and no other number is left out before the one it gets", () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 2, max: 9 }));
  fc.assert(
    fc.property(fc.boolean(), numbers, (taken, others) => {
      const all = new Set([...(taken ? ["a"] : []), ...others.map((number) => `a-${number}`)]);
      const free = freeSlug("a", all);
      expect(all.has(free)).toBe(false);
      const expected = taken ? `a-${[2, 3, 4, 5, 6, 7, 8, 9, 10].find((number) => !others.includes(number))}` : "a";
      expect(free).toBe(expected);
    }),
  );
});

test("how long a project keeps what is told on its page, and totals are kept at least as long as the calls", () =>
  inTx(async (tx) => {
    const { ctx, slug } = await testProject(tx);
    const there = await testProject(tx);
    expect(await showProject(ctx)).toMatchObject({ slug, requestDays: 90, auditDays: 1_095 });
    await setRetention(ctx, kept);
    expect(await showProject(ctx)).toMatchObject(kept);
    expect(await showProject(there.ctx)).toMatchObject({ requestDays: 90 });
    const [row] = await tx.select().from(auditLog).where(eq(auditLog.action, "projects.setRetention"));
    expect(row).toMatchObject({ projectId: ctx.projectId, detail: kept });
    const refused = SetRetention.safeParse({ ...kept, rollupDays: 59 });
    expect(refused.error?.issues).toMatchObject([{ path: ["rollupDays"] }]);
    await expect(showProject({ ...ctx, projectId: newId("project") })).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));

test("each number of days has its least and its most", () => {
  const bounds = {
    requestDays: "requests",
    rollupDays: "rollups",
    runEventDays: "runEvents",
    auditDays: "audit",
  } as const;
  const long = { requestDays: 31, rollupDays: 1_830, runEventDays: 30, auditDays: 365 };
  for (const [field, kind] of Object.entries(bounds)) {
    const { min, max } = retentionDays[kind];
    const takes = (days: number) => SetRetention.safeParse({ ...long, [field]: days }).success;
    expect([min - 1, min, min + 0.5, max, max + 1].map(takes), field).toEqual([false, true, false, true, false]);
  }
});

test("an archived project is neither renamed, kept longer nor archived again, and its open invitations end", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const there = await testProject(tx);
    const theirs = await inviteMember(there.ctx, { email: "bob@example.test", role: "viewer" });
    const link = await inviteMember(ctx, { email: "bob@example.test", role: "viewer" });
    await archiveProject(ctx);
    for (const act of [
      () => renameProject(ctx, { name: "New" }),
      () => setRetention(ctx, kept),
      () => testProject(tx).then(() => archiveProject(ctx)),
    ])
      await expect(act()).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(openLink(ctx, link)).rejects.toMatchObject({ reason: "revoked" });
    expect(await openLink(ctx, theirs)).toMatchObject({ kind: "member" });
  }));

test("a project made by this machine's shell is handed to the owner, and one made before there is any to nobody", () =>
  inTx(async (tx) => {
    const { ctx, userId } = await testProject(tx);
    const shell = { ...ctx, actor: "system:local-admin" as const };
    const first = await createProject(shell, { name: "Nobody's" });
    expect(await tx.$count(members, eq(members.projectId, first.id))).toBe(0);
    await tx.update(users).set({ isOwner: true }).where(eq(users.id, userId));
    const second = await createProject(shell, { name: "Owned" });
    expect(await tx.select().from(members).where(eq(members.projectId, second.id))).toMatchObject([
      { userId, role: "admin" },
    ]);
    expect((await listProjects(shell)).map((project) => project.slug)).toEqual(
      expect.arrayContaining(["nobody-s", "owned"]),
    );
    expect((await listProjects(ctx)).map((project) => project.slug)).not.toContain("nobody-s");
  }));

test("a name that differs only in a sign that patterns know takes no other project's number", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const made = [];
    for (const name of ["a b", "a-b", "a b 2", "A_B", "a b"]) made.push((await createProject(ctx, { name })).slug);
    expect(made).toEqual(["a-b", "a-b-2", "a-b-2-2", "a-b-3", "a-b-4"]);
    expect(new Set((await tx.select({ slug: projects.slug }).from(projects)).map((row) => row.slug)).size).toBe(6);
    expect(ProjectName.safeParse("a\nb").success).toBe(false);
  }));

test("members and invitations page through all of them once in every order, and a search finds name or e-mail", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    for (let i = 1; i <= 7; i++) {
      const userId = newId("user");
      const [name, email] = [i % 3 === 0 ? "Same" : `Person ${i}`, `person-${i}@example.test`];
      await tx.insert(users).values({ id: userId, name, email, passwordHash: "-" });
      await tx.insert(members).values({ projectId, userId, role: i % 2 ? "viewer" : "engineer" });
      await inviteMember(ctx, { email: `guest-${i}@example.test`, role: "viewer" });
    }
    const walk = async (page: (cursor: string | null) => Promise<{ ids: string[]; nextCursor: string | null }>) => {
      const ids: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const found = await page(cursor ?? null);
        ids.push(...found.ids);
        cursor = found.nextCursor;
      }
      return ids;
    };
    for (const desc of [true, false]) {
      for (const by of ["name", "role", "lastSeenAt", "since", "liveKeys"] as const) {
        const ids = await walk(async (cursor) => {
          const { items, nextCursor, total } = await listMembers(ctx, { sort: { by, desc }, limit: 3, cursor });
          expect(total).toBe(8);
          return { ids: items.map((item) => item.userId), nextCursor };
        });
        expect([ids.length, new Set(ids).size], `${by} ${desc}`).toEqual([8, 8]);
      }
      for (const by of ["email", "role", "created", "expires"] as const) {
        const ids = await walk(async (cursor) => {
          const { items, nextCursor } = await listInvitations(ctx, { sort: { by, desc }, limit: 2, cursor });
          return { ids: items.map((item) => item.id), nextCursor };
        });
        expect([ids.length, new Set(ids).size], `${by} ${desc}`).toEqual([7, 7]);
      }
    }
    expect((await listMembers(ctx, { search: "PERSON-3" })).items.map((item) => item.name)).toEqual(["Same"]);
    expect((await listMembers(ctx, { search: "same" })).total).toBe(2);
    const [chosen] = (await listMembers(ctx, { search: "Person 7" })).items;
    const picked = await listMembers(ctx, { search: "Person 1", chosen: chosen?.userId });
    expect(picked.items.map((item) => item.name)).toEqual(["Person 7", "Person 1"]);
    const stranger = await testProject(tx);
    expect((await listMembers(stranger.ctx, { chosen: chosen?.userId })).items).toHaveLength(1);
  }));
