import { and, eq } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { replicas, revisions } from "#db/schema/deployments.ts";
import { snapshotVersion } from "#db/schema/gateway.ts";
import { modelVersions } from "#db/schema/models.ts";
import { inTx } from "#db/testing.ts";
import { addRevision } from "#server/deployments/add-revision.ts";
import { archiveDeployment } from "#server/deployments/archive.ts";
import { createDeployment } from "#server/deployments/create.ts";
import { addHost, addVersion } from "#server/deployments/deployments.fixture.ts";
import { moveReplica } from "#server/deployments/hosts/move-replica.ts";
import { ListDeployments } from "#server/deployments/input.ts";
import { listDeployments } from "#server/deployments/list.ts";
import { reconcileDeployments } from "#server/deployments/reconcile.ts";
import { retireRevision } from "#server/deployments/retire-revision.ts";
import { setWeights } from "#server/deployments/set-weights.ts";
import { showDeployment } from "#server/deployments/show.ts";
import { describeEvent } from "#server/deployments/timeline.rule.ts";
import { deploymentTimeline } from "#server/deployments/timeline.ts";
import { testProject } from "#server/testing.ts";

const sha = (letter: string) => letter.repeat(64);

/** A deployment `support` of a base and a tuned version at 80/20, on one live host. */
async function deployed(tx: Tx) {
  const project = await testProject(tx);
  const { ctx, projectId } = project;
  const base = await addVersion(tx, projectId, "nano", { baseSha: sha("a") });
  const tuned = await addVersion(tx, projectId, "triage", {
    baseVersionId: base.versionId,
    adapterSha: sha("b"),
    probeSha: sha("c"),
  });
  const hostId = await addHost(tx);
  const created = await createDeployment(ctx, {
    name: "support",
    revisions: [
      { model: "nano", weightBps: 8_000 },
      { model: "triage/1", weightBps: 2_000 },
    ],
  });
  const [first, second] = created.revisions;
  if (!first || !second) throw new Error("two revisions");
  return { ...project, base, tuned, hostId, created, first, second };
}

async function makeReady(tx: Tx, ctx: Parameters<typeof moveReplica>[0], versionId: string) {
  const replica = await tx.query.replicas.findFirst({ where: eq(replicas.modelVersionId, versionId) });
  if (!replica) throw new Error("no replica to make ready");
  await moveReplica(ctx, replica.id, { to: "loading" });
  await moveReplica(ctx, replica.id, { to: "ready", probe: { accepted: true }, memoryBytes: 1 });
}

const expected = (first: { id: string }, second: { id: string }, a = 8_000, b = 2_000) => [
  { revisionId: first.id, weightBps: a },
  { revisionId: second.id, weightBps: b },
];

test("a deployment is created with its weights, an audit row, a new snapshot and a job", () =>
  inTx(async (tx) => {
    const [before] = await tx.select().from(snapshotVersion);
    const { ctx, created, enqueued } = await deployed(tx);
    const [after] = await tx.select().from(snapshotVersion);
    expect(after?.version ?? 0).toBeGreaterThan(before?.version ?? 0);
    expect(enqueued).toContainEqual({ name: "deployments.reconcile", payload: {} });
    const shown = await showDeployment(ctx, { deployment: "support" });
    expect(shown).toMatchObject({
      id: created.id,
      revisions: [
        { number: 1, model: "nano", weightBps: 8_000, base: null, notReady: expect.stringContaining("no replica yet") },
        { number: 2, model: "triage", weightBps: 2_000, base: "nano/1" },
      ],
    });
    const timeline = await deploymentTimeline(ctx, { deploymentId: created.id, limit: 20 });
    expect(timeline.items).toMatchObject([{ action: "deployments.create", outcome: "done", actorName: "Ada" }]);
  }));

test("a taken name is a conflict, an unknown version is not found, one without GGUF is refused", () =>
  inTx(async (tx) => {
    const { ctx } = await deployed(tx);
    const make = (name: string, model: string) =>
      createDeployment(ctx, { name, revisions: [{ model, weightBps: 10_000 }] });
    await expect(make("support", "nano")).rejects.toMatchObject({ code: "CONFLICT", field: "name" });
    await expect(make("other", "nobody")).rejects.toMatchObject({ code: "NOT_FOUND", field: "revisions.0.model" });
  }));

test("a name that a model answers is taken over only when that is said, and goes back to the model afterwards", () =>
  inTx(async (tx) => {
    const { ctx, base, tuned } = await deployed(tx);
    const input = { name: "triage", revisions: [{ model: "nano", weightBps: 10_000 }] };
    await expect(createDeployment(ctx, input)).rejects.toMatchObject({
      code: "REFUSED",
      field: "takeOver",
      message: expect.stringContaining("calls of triage are answered by the model version triage/1 today"),
    });
    const taken = await createDeployment(ctx, { ...input, takeOver: true });
    const { items } = await deploymentTimeline(ctx, { deploymentId: taken.id, limit: 20 });
    expect(items.map(describeEvent)).toMatchObject([
      { detail: "v1 (nano/1) 100 %, took the callers of triage/1 over" },
    ]);
    expect(await archiveDeployment(ctx, { deploymentId: taken.id })).toMatchObject({ answeredBy: "triage/1" });

    // two versions without a champion answer nobody, so nobody's calls move
    await tx.insert(modelVersions).values({
      id: newId("modelVersion"),
      modelId: tuned.modelId,
      projectId: ctx.projectId,
      version: 2,
      status: "ready",
      createdBy: ctx.actor,
      ggufArtifactId: tuned.ggufArtifactId,
      baseVersionId: base.versionId,
    });
    const free = await createDeployment(ctx, input);
    expect(await archiveDeployment(ctx, { deploymentId: free.id })).toMatchObject({ answeredBy: null });
  }));

test("reconcile gives each live version one replica on a live host, once", () =>
  inTx(async (tx) => {
    const { ctx, hostId } = await deployed(tx);
    expect(await reconcileDeployments(ctx)).toEqual({ steps: 2 });
    expect(await reconcileDeployments(ctx)).toEqual({ steps: 0 });
    expect(await tx.$count(replicas, and(eq(replicas.hostId, hostId), eq(replicas.status, "assigned")))).toBe(2);
  }));

test("weights move only to a ready revision, and a refused attempt is remembered", () =>
  inTx(async (tx) => {
    const { ctx, created, first, second, tuned } = await deployed(tx);
    await reconcileDeployments(ctx);
    const half = {
      deploymentId: created.id,
      weights: expected(first, second, 5_000, 5_000),
      expected: expected(first, second),
    };
    await expect(setWeights(ctx, half)).rejects.toMatchObject({
      code: "REFUSED",
      message: "v2 (triage/1) cannot take more traffic: its replica waits to be loaded",
    });
    await makeReady(tx, ctx, tuned.versionId);
    expect(await setWeights(ctx, half)).toMatchObject({
      moves: [
        { from: 8_000, to: 5_000 },
        { from: 2_000, to: 5_000 },
      ],
    });
    await expect(setWeights(ctx, half)).rejects.toMatchObject({ code: "CONFLICT" });
    const rows = await tx.select().from(auditLog).where(eq(auditLog.action, "deployments.setWeights"));
    expect(rows.map((row) => row.outcome).sort()).toEqual(["done", "refused", "refused"]);
    const weights = await tx.select().from(revisions).where(eq(revisions.deploymentId, created.id));
    expect(weights.reduce((sum, row) => sum + row.weightBps, 0)).toBe(10_000);
  }));

test("a new revision begins without traffic; one with traffic cannot be retired, one without can, and then drains", () =>
  inTx(async (tx) => {
    const { ctx, projectId, created, first, second, base } = await deployed(tx);
    const next = await addVersion(tx, projectId, "triage-b", {
      baseVersionId: base.versionId,
      adapterSha: sha("d"),
      probeSha: sha("e"),
    });
    const added = await addRevision(ctx, { deploymentId: created.id, model: next.versionId });
    expect(added).toMatchObject({ number: 3, weightBps: 0 });
    await expect(addRevision(ctx, { deploymentId: created.id, model: next.versionId })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await reconcileDeployments(ctx);
    await expect(retireRevision(ctx, { revisionId: second.id })).rejects.toMatchObject({
      code: "REFUSED",
      message: "v2 still gets 20 % of the traffic: move it first",
    });
    await retireRevision(ctx, { revisionId: added.id });
    await expect(retireRevision(ctx, { revisionId: added.id })).rejects.toMatchObject({ code: "CONFLICT" });
    await reconcileDeployments(ctx);
    const left = await tx.select().from(replicas).where(eq(replicas.modelVersionId, next.versionId));
    expect(left).toMatchObject([{ status: "draining" }]);
    expect(first.number).toBe(1);
  }));

test("an archived deployment gives its name and its replicas back", () =>
  inTx(async (tx) => {
    const { ctx, created } = await deployed(tx);
    await reconcileDeployments(ctx);
    await archiveDeployment(ctx, { deploymentId: created.id });
    await reconcileDeployments(ctx);
    expect(await tx.$count(replicas, eq(replicas.status, "draining"))).toBe(2);
    expect((await listDeployments(ctx, ListDeployments.parse({}))).items).toEqual([]);
    const again = await createDeployment(ctx, { name: "support", revisions: [{ model: "nano", weightBps: 10_000 }] });
    expect(again.id).not.toBe(created.id);
    const retired = await listDeployments(ctx, ListDeployments.parse({ retired: true }));
    expect(retired.items).toMatchObject([{ id: created.id, name: "support", retiredAt: expect.any(Date) }]);
    await expect(archiveDeployment(ctx, { deploymentId: created.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));

test("another project's deployment does not exist", () =>
  inTx(async (tx) => {
    const { created, first } = await deployed(tx);
    const { ctx } = await testProject(tx);
    await expect(showDeployment(ctx, { deployment: created.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(retireRevision(ctx, { revisionId: first.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(
      setWeights(ctx, {
        deploymentId: created.id,
        weights: [{ revisionId: first.id, weightBps: 10_000 }],
        expected: [],
      }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listDeployments(ctx, ListDeployments.parse({}))).items).toEqual([]);
  }));
