import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { auditLog } from "#db/schema/audit.ts";
import { hosts, replicas } from "#db/schema/deployments.ts";
import { inTx } from "#db/testing.ts";
import { addRevision } from "#server/deployments/add-revision.ts";
import { archiveDeployment } from "#server/deployments/archive.ts";
import { createDeployment } from "#server/deployments/create.ts";
import { addHost, addVersion } from "#server/deployments/deployments.fixture.ts";
import { findDeployment } from "#server/deployments/find-deployment.ts";
import { moveReplica, removeReplica } from "#server/deployments/hosts/move-replica.ts";
import { beatHost, registerHost, stopHost } from "#server/deployments/hosts/register.ts";
import { CreateDeployment, ListDeployments, SetWeights } from "#server/deployments/input.ts";
import { listDeployments } from "#server/deployments/list.ts";
import { reconcileDeployments } from "#server/deployments/reconcile.ts";
import { retireRevision } from "#server/deployments/retire-revision.ts";
import { setWeights } from "#server/deployments/set-weights.ts";
import { showDeployment } from "#server/deployments/show.ts";
import { deploymentTimeline } from "#server/deployments/timeline.ts";
import { testProject } from "#server/testing.ts";

const sha = (n: number) => n.toString(16).padStart(64, "0");

async function served(tx: Tx) {
  const project = await testProject(tx);
  const base = await addVersion(tx, project.projectId, "nano", { baseSha: sha(1) });
  const created = await createDeployment(project.ctx, {
    name: "support",
    revisions: [{ model: "nano", weightBps: 10_000 }],
  });
  const [first] = created.revisions;
  if (!first) throw new Error("one revision");
  return { ...project, base, created, first };
}

/** The one replica of the deployment, on a host of its own. */
async function placed(tx: Tx) {
  const project = await served(tx);
  const hostId = await addHost(tx);
  await reconcileDeployments(project.ctx);
  const of = async () => {
    const [row] = await tx.select().from(replicas).where(eq(replicas.hostId, hostId));
    if (!row) throw new Error("no replica");
    return row;
  };
  return { ...project, hostId, of, id: (await of()).id };
}

test("a ninth live revision is refused; when one is retired there is room, under a number nobody had", () =>
  inTx(async (tx) => {
    const { ctx, projectId, created } = await served(tx);
    const add = async (n: number) => {
      const { versionId } = await addVersion(tx, projectId, `model-${n}`, { baseSha: sha(n) });
      return addRevision(ctx, { deploymentId: created.id, model: versionId });
    };
    const added = [];
    for (let n = 2; n <= 8; n++) added.push(await add(n));
    await expect(add(9)).rejects.toMatchObject({ code: "REFUSED", message: expect.stringContaining("at most 8") });
    const last = added.at(-1);
    await retireRevision(ctx, { revisionId: last?.id ?? "" });
    expect(await add(10)).toMatchObject({ number: 9, weightBps: 0 });
    const shown = await showDeployment(ctx, { deployment: created.id });
    expect(shown.retired).toMatchObject([{ number: 8, model: "model-8/1" }]);
    expect(shown.revisions.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 9]);
  }));

test("a retired deployment takes no revision, no weights and no second retirement", () =>
  inTx(async (tx) => {
    const { ctx, created, first } = await served(tx);
    await archiveDeployment(ctx, { deploymentId: created.id });
    const weights = [{ revisionId: first.id, weightBps: 10_000 }];
    const gone = { code: "NOT_FOUND" };
    await expect(addRevision(ctx, { deploymentId: created.id, model: "nano" })).rejects.toMatchObject(gone);
    await expect(setWeights(ctx, { deploymentId: created.id, weights, expected: weights })).rejects.toMatchObject(gone);
    await expect(retireRevision(ctx, { revisionId: first.id })).rejects.toMatchObject(gone);
    expect(await tx.$count(auditLog, eq(auditLog.action, "deployments.setWeights"))).toBe(0);
  }));

test("a deployment is found by id, short id and name; a retired one no longer by its name unless that is asked for", () =>
  inTx(async (tx) => {
    const { ctx, created } = await served(tx);
    const found = async (ref: string, options = {}) => (await findDeployment(ctx, ref, options)).id;
    for (const ref of [created.id, created.id.slice(-6), "support"]) expect(await found(ref), ref).toBe(created.id);
    for (const ref of ["Support", "suppor", ""])
      await expect(found(ref), ref).rejects.toMatchObject({ code: "NOT_FOUND" });
    await archiveDeployment(ctx, { deploymentId: created.id });
    await expect(found("support")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await found("support", { retired: true })).toBe(created.id);
    expect(await found(created.id)).toBe(created.id);
  }));

test("a replica moves only along its table, once, and keeps what it proved only while it is ready", () =>
  inTx(async (tx) => {
    const { ctx, id, of } = await placed(tx);
    const ready = { to: "ready", probe: { accepted: true }, memoryBytes: 5 } as const;
    expect(await moveReplica(ctx, id, ready)).toBe(false); // it was not loaded
    expect(await moveReplica(ctx, id, { to: "loading" })).toBe(true);
    expect(await moveReplica(ctx, id, { to: "loading" })).toBe(false);
    expect(await moveReplica(ctx, id, ready)).toBe(true);
    expect(await of()).toMatchObject({ status: "ready", memoryBytes: 5, readyAt: expect.any(Date), failures: 0 });
    const error = { code: "X", message: "gone", hint: null };
    expect(await moveReplica(ctx, id, { to: "failed", error, probe: null })).toBe(false);
    await moveReplica(ctx, id, { to: "loading" });
    expect(await of()).toMatchObject({ readyAt: null });
    expect(await moveReplica(ctx, "replica_x", { to: "loading" })).toBe(false);
  }));

test("failures are counted until a load succeeds, and the reason is gone with it", () =>
  inTx(async (tx) => {
    const { ctx, id, of } = await placed(tx);
    const error = { code: "X", message: "no memory", hint: "Free some." };
    for (const failures of [1, 2]) {
      await moveReplica(ctx, id, { to: "failed", error, probe: null });
      expect(await of()).toMatchObject({ status: "failed", failures, error });
      await moveReplica(ctx, id, { to: "assigned" });
    }
    await moveReplica(ctx, id, { to: "loading" });
    await moveReplica(ctx, id, { to: "ready", probe: null, memoryBytes: 1 });
    expect(await of()).toMatchObject({ failures: 0, error: null });
  }));

test("a replica is removed only while it drains: one that somebody wanted again stays", () =>
  inTx(async (tx) => {
    const { ctx, id } = await placed(tx);
    expect(await removeReplica(ctx, id)).toBe(false);
    await moveReplica(ctx, id, { to: "draining" });
    await moveReplica(ctx, id, { to: "assigned" });
    expect(await removeReplica(ctx, id)).toBe(false);
    await moveReplica(ctx, id, { to: "draining" });
    expect(await removeReplica(ctx, id)).toBe(true);
    expect(await removeReplica(ctx, id)).toBe(false);
  }));

test("a host that starts anew or stops has nothing loaded; what failed there stays failed", () =>
  inTx(async (tx) => {
    const { ctx, id, hostId, of } = await placed(tx);
    const self = { id: hostId, url: "http://127.0.0.1:10", device: "cpu", memoryBytes: 8e9, engineVersion: "2" };
    await moveReplica(ctx, id, { to: "loading" });
    await moveReplica(ctx, id, { to: "ready", probe: null, memoryBytes: 1 });
    await registerHost(ctx, self);
    expect(await of()).toMatchObject({ status: "assigned", readyAt: null });
    const [host] = await tx.select().from(hosts).where(eq(hosts.id, hostId));
    expect(host).toMatchObject({ url: self.url, engineVersion: "2", stoppedAt: null });
    await moveReplica(ctx, id, { to: "failed", error: { code: "X", message: "m", hint: null }, probe: null });
    await stopHost(ctx, hostId);
    expect(await of()).toMatchObject({ status: "failed" });
  }));

test("a host that was stopped, or is not known, is told to register again instead of beating on", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const hostId = await addHost(tx);
    expect(await beatHost(ctx, hostId)).toBe(true);
    await stopHost(ctx, hostId);
    expect(await beatHost(ctx, hostId)).toBe(false);
    expect(await beatHost(ctx, "host_unknown")).toBe(false);
  }));

test("nothing is placed on a host that stopped or fell silent, and a version moves when its host is gone for long", () =>
  inTx(async (tx) => {
    const { ctx, hostId } = await placed(tx);
    await tx.update(hosts).set({ heartbeatAt: sql`now() - interval '1 hour'` }).where(eq(hosts.id, hostId));
    await reconcileDeployments(ctx);
    expect(await tx.$count(replicas)).toBe(0);
    const next = await addHost(tx);
    await reconcileDeployments(ctx);
    expect(await tx.select({ hostId: replicas.hostId }).from(replicas)).toEqual([{ hostId: next }]);
  }));

test("lists of deployments are searched, sorted as people read and paged to the end", () =>
  inTx(async (tx) => {
    const { ctx } = await served(tx);
    for (const n of [1, 2, 9, 10])
      await createDeployment(ctx, { name: `bot-${n}`, revisions: [{ model: "nano", weightBps: 10_000 }] });
    const names = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const input = ListDeployments.parse({ sort: { by: "name", desc: false }, limit: 2, cursor });
      const page: Awaited<ReturnType<typeof listDeployments>> = await listDeployments(ctx, input);
      expect(page.total).toBe(5);
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(names).toEqual(["bot-1", "bot-2", "bot-9", "bot-10", "support"]);
    const search = async (text: string) => (await listDeployments(ctx, ListDeployments.parse({ search: text }))).total;
    expect([await search("BOT"), await search("bot-1"), await search("%"), await search("_")]).toEqual([4, 2, 0, 0]);
  }));

test("a timeline goes on where its page ended, the newest first, and is the deployment's own", () =>
  inTx(async (tx) => {
    const { ctx, created, projectId } = await served(tx);
    await createDeployment(ctx, { name: "other", revisions: [{ model: "nano", weightBps: 10_000 }] });
    for (const n of [2, 3]) {
      const { versionId } = await addVersion(tx, projectId, `model-${n}`, { baseSha: sha(n) });
      await addRevision(ctx, { deploymentId: created.id, model: versionId });
    }
    const page = (cursor: string | null) => deploymentTimeline(ctx, { deploymentId: created.id, limit: 2, cursor });
    const first = await page(null);
    expect(first.items.map(({ action }) => action)).toEqual(["deployments.addRevision", "deployments.addRevision"]);
    expect(await page(first.nextCursor)).toMatchObject({ items: [{ action: "deployments.create" }], nextCursor: null });
    const { ctx: strange } = await testProject(tx);
    const asked = deploymentTimeline(strange, { deploymentId: created.id, limit: 2 });
    await expect(asked).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));

test("names are what clients can write, weights whole and together 100 %", () => {
  const parse = (name: string, ...weights: number[]) =>
    CreateDeployment.safeParse({ name, revisions: weights.map((weightBps) => ({ model: "nano", weightBps })) }).success;
  for (const name of ["a", "support", "v2.1_x-y", " trimmed "]) expect(parse(name, 10_000), name).toBe(true);
  for (const name of ["", "Support", "-a", ".a", "a b", "ä", "a/b", "x".repeat(61)])
    expect(parse(name, 10_000), name).toBe(false);
  expect([
    parse("a", 5_000, 5_000),
    parse("a", 9_999),
    parse("a"),
    parse("a", 0.5, 9_999.5),
    parse("a", -1, 10_001),
  ]).toEqual([true, false, false, false, false]);
  expect(SetWeights.safeParse({ deploymentId: "d", weights: [], expected: [] }).success).toBe(false);
});
