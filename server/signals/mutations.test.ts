import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { aliases, modelVersions } from "#db/schema/models.ts";
import { users } from "#db/schema/people.ts";
import { inDatabase } from "#db/testing.ts";
import { access, plainHandlers } from "#server/access.rule.ts";
import type { UnscopedCtx } from "#server/context.ts";
import { archiveDeployment } from "#server/deployments/archive.ts";
import type { Caller } from "#server/enter-project.ts";
import { holdDatabase } from "#server/gateway/gateway.fixture.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { createFirstAdminLink } from "#server/people/first-admin.ts";
import { resetPassword } from "#server/people/password-reset.ts";
import { inviteMember } from "#server/projects/invitations.ts";
import { appRouter } from "#server/router.ts";
import { testBase, testDataset, testRun } from "#server/runs/testing.ts";
import { isProjectAction } from "#server/signals/actions.ts";
import {
  addDeployment,
  addJudged,
  addReplica,
  addRows,
  addUpload,
  addVersions,
  judge,
  openRoom,
  password,
  type Room,
  watch,
} from "#server/signals/mutations.fixture.ts";
import type { Storage } from "#server/storage.ts";
import { testStorage } from "#server/testing.ts";
import { createCallerFactory } from "#server/trpc.ts";

const another = "another password of the mutations test";

/** A valid call: what it takes, and who calls (the project's admin unless another is named). */
type Call = { input?: unknown; as?: Caller | null };

/** One of every mutation, each in a project of its own. A new mutation without an entry fails the first test. */
const mutations: Readonly<Record<string, (room: Room) => Call | Promise<Call>>> = {
  // people
  "people.changePassword": () => ({ input: { current: password, next: another } }),
  "people.disable": ({ bob }) => ({ input: { userId: bob.userId } }),
  "people.enable": async ({ ctx, bob }) => {
    await ctx.db.update(users).set({ disabledAt: sql`now()` }).where(eq(users.id, bob.userId));
    return { input: { userId: bob.userId } };
  },
  "people.endSession": ({ sessionId }) => ({ input: { sessionId } }),
  "people.renameMe": () => ({ input: { name: "Ada L." } }),
  "people.resetPassword": ({ bob }) => ({ input: { userId: bob.userId } }),
  "people.setPassword": async ({ ctx, bob }) => {
    const { token } = await resetPassword(ctx, { userId: bob.userId });
    return { input: { token, password: another }, as: null };
  },
  "people.signOutEverywhere": () => ({}),
  // projects
  "projects.acceptInvitation": async ({ ctx }) => {
    const { token } = await inviteMember(ctx, { email: `new-${ctx.projectId}@example.test`, role: "viewer" });
    return { input: { token, name: "Newcomer", password }, as: null };
  },
  "projects.archive": () => ({}),
  "projects.create": (room) => ({ input: { name: `Made in ${room.slug}` }, as: { ...room.eve.caller, isOwner: true } }),
  "projects.delete": ({ slug }) => ({ input: { slug } }),
  "projects.invite": () => ({ input: { email: "somebody@example.test", role: "viewer" } }),
  "projects.join": async ({ ctx, eve }) => {
    const { token } = await inviteMember(ctx, { email: eve.email, role: "viewer" });
    return { input: { token }, as: eve.caller };
  },
  "projects.removeMember": ({ bob }) => ({ input: { userId: bob.userId, keysTo: null } }),
  "projects.rename": () => ({ input: { name: "Renamed" } }),
  "projects.setRetention": () => ({
    input: { requestDays: 40, rollupDays: 100, runEventDays: 50, auditDays: 400 },
  }),
  "projects.revokeInvitation": async ({ ctx }) => {
    const { id } = await inviteMember(ctx, { email: "somebody@example.test", role: "viewer" });
    return { input: { invitationId: id } };
  },
  "projects.setMemberRole": ({ bob }) => ({ input: { userId: bob.userId, role: "viewer" } }),
  // keys
  "keys.create": () => ({ input: { name: "second", scopes: ["inference"], expiresInDays: 30 } }),
  "keys.revoke": ({ bob }) => ({ input: { keyId: bob.keyId } }),
  // datasets
  "datasets.archive": async ({ ctx }) => ({ input: { datasetId: (await testDataset(ctx)).datasetId } }),
  "datasets.create": async (room) => ({ input: { uploadId: await addUpload(room) } }),
  "datasets.decide": async ({ ctx }) => {
    const { id } = await testDataset(ctx, { status: "needs_review", review: { kind: "bad_rows" } });
    return { input: { versionId: id, decision: { do: "set_aside" } } };
  },
  "datasets.delete": async ({ ctx }) => ({ input: { dataset: (await testDataset(ctx)).datasetId } }),
  "datasets.deleteVersion": async ({ ctx }) => {
    const { id, datasetId } = await testDataset(ctx);
    const [first] = await ctx.db.select().from(datasetVersions).where(eq(datasetVersions.id, id));
    if (first) await ctx.db.insert(datasetVersions).values({ ...first, id: newId("datasetVersion"), version: 2 });
    return { input: { ref: datasetId, version: 2 } };
  },
  "datasets.resplit": async (room) => ({ input: { versionId: (await addRows(room)).id, validationShareBp: 2_000 } }),
  "datasets.restore": async ({ ctx }) => {
    const { datasetId } = await testDataset(ctx);
    await ctx.db.update(datasets).set({ archivedAt: sql`now()` }).where(eq(datasets.id, datasetId));
    return { input: { datasetId } };
  },
  "datasets.useSample": () => ({}),
  // runs
  "runs.cancel": async ({ ctx }) => ({ input: { runId: await testRun(ctx) } }),
  "runs.delete": async ({ ctx }) => ({ input: { runId: await testRun(ctx, { status: "cancelled" }) } }),
  "runs.pause": async ({ ctx }) => ({ input: { runId: await testRun(ctx) } }),
  "runs.resume": async ({ ctx }) => ({ input: { runId: await testRun(ctx, { status: "paused" }) } }),
  "runs.start": async ({ ctx }) => {
    const { id } = await storeArtifact(ctx, { kind: "base_weights", files: [] });
    const base = await testBase(ctx, { weightsArtifactId: id });
    return { input: { base: base.id, dataset: (await testDataset(ctx)).id, modelName: "triage" } };
  },
  // evals
  "evals.archiveSuite": async (room) => ({ input: { suiteId: (await addJudged(room)).suiteId } }),
  "evals.cancel": async (room) => ({ input: { evalId: (await addJudged(room, "queued")).evalId } }),
  "evals.createSuite": async (room) => {
    const { id: datasetVersionId } = await addRows(room);
    return { input: { name: "held out", datasetVersionId, graders: [{ name: "exact", kind: "exact_match" }] } };
  },
  "evals.delete": async (room) => ({ input: { evalId: (await addJudged(room)).evalId } }),
  "evals.deleteSuite": async (room) => ({ input: { suite: (await addJudged(room)).suiteId } }),
  "evals.start": async (room) => {
    const { suiteId, candidateVersionId, baselineVersionId } = await addJudged(room);
    return { input: { suite: suiteId, candidate: candidateVersionId, baseline: baselineVersionId } };
  },
  // models
  "models.delete": async ({ ctx }) => ({ input: { model: (await testBase(ctx)).modelId } }),
  "models.deleteVersion": async ({ ctx }) => {
    const { id, modelId } = await testBase(ctx);
    const second = { id: newId("modelVersion"), projectId: ctx.projectId, modelId, version: 2, createdBy: ctx.actor };
    await ctx.db.insert(modelVersions).values({ ...second, status: "ready" });
    return { input: { version: id } };
  },
  "models.import": async () => {
    const path = await mkdtemp(join(tmpdir(), "largeforge-test-gguf-"));
    await writeFile(join(path, "model.gguf"), "");
    return { input: { name: "tiny", source: { kind: "local", path } }, as: { kind: "local" } };
  },
  "models.importSample": () => ({}),
  "promotions.promote": async ({ ctx }) => ({ input: { version: (await testBase(ctx)).id, alias: "challenger" } }),
  "models.removeAlias": async ({ ctx }) => {
    const { id, modelId } = await testBase(ctx);
    const held = { modelId, projectId: ctx.projectId, modelVersionId: id, movedBy: ctx.actor };
    await ctx.db.insert(aliases).values({ ...held, alias: "challenger" });
    return { input: { model: modelId, alias: "challenger" } };
  },
  // deployments
  "deployments.addRevision": async (room) => ({
    input: { deploymentId: (await addDeployment(room)).deploymentId, model: "triage" },
  }),
  "deployments.archive": async (room) => ({ input: { deploymentId: (await addDeployment(room)).deploymentId } }),
  "deployments.create": async (room) => {
    await addVersions(room);
    return { input: { name: "support", revisions: [{ model: "nano", weightBps: 10_000 }] } };
  },
  "deployments.delete": async (room) => {
    const { deploymentId } = await addDeployment(room);
    await archiveDeployment(room.ctx, { deploymentId });
    return { input: { deployment: deploymentId } };
  },
  "deployments.retireRevision": async (room) => ({
    input: { revisionId: (await addDeployment(room, { second: true })).revisionIds[1] },
  }),
  "deployments.setWeights": async (room) => {
    const { deploymentId, revisionIds, tuned } = await addDeployment(room, { second: true });
    await addReplica(room, tuned.versionId, "ready");
    const [first = "", second = ""] = revisionIds;
    const of = (one: number, other: number) => [
      { revisionId: first, weightBps: one },
      { revisionId: second, weightBps: other },
    ];
    return { input: { deploymentId, expected: of(10_000, 0), weights: of(8_000, 2_000) } };
  },
  // prices
  "economics.setPrice": async (room) => {
    await addVersions(room);
    return { input: { model: "nano", input: "0.15", output: "0.60" } };
  },
};

/** Those that need an installation without accounts. */
const onEmpty: Readonly<Record<string, (ctx: UnscopedCtx) => Promise<Call>>> = {
  "projects.claimFirstAdmin": async (ctx) => {
    const { token } = await createFirstAdminLink(ctx);
    return { input: { token, name: "Ada", email: "ada@example.test", password }, as: null };
  },
};

const createCaller = createCallerFactory(appRouter);
const known = Object.entries<object>(appRouter._def.procedures)
  .filter(([, procedure]) => Reflect.get(Reflect.get(procedure, "_def"), "type") === "mutation")
  .map(([path]) => path);

type Asked = { db: Pool; storage: Storage; projectSlug: string | null };

async function call({ db, storage, projectSlug }: Asked, path: string, { input, as }: Call) {
  const ctx = { db, storage, enqueue: () => {}, caller: as ?? null, projectSlug, requestId: "req_test" };
  const [domain = "", verb = ""] = path.split(".");
  const invoke: unknown = Reflect.get(Reflect.get(createCaller(ctx), domain), verb);
  if (typeof invoke !== "function") throw new Error(`${path} is not a procedure`);
  return invoke(input);
}

test("there is a call of every mutation, and an action under which each can be refused", () => {
  expect([...Object.keys(mutations), ...Object.keys(onEmpty)].sort()).toEqual(known.toSorted());
  const refusable = [...known, ...plainHandlers].filter((path) => access[path]?.who === "project");
  expect(refusable.filter((path) => !isProjectAction(path))).toEqual([]);
});

describe("a mutation leaves an audit row, and tells the gateways when they cache what it changed", () => {
  let database: Awaited<ReturnType<typeof holdDatabase>>;
  beforeAll(async () => {
    database = await holdDatabase();
  });
  afterAll(() => database.release());

  for (const [path, prepare] of Object.entries(mutations))
    test(path, async () => {
      const room = await openRoom(database.db);
      const prepared = await prepare(room);
      const wanted = { as: room.admin, ...prepared };
      judge(
        await watch(database.db, () => call({ ...room.ctx, db: database.db, projectSlug: room.slug }, path, wanted)),
      );
    });

  for (const [path, prepare] of Object.entries(onEmpty))
    test(path, () =>
      inDatabase(async ({ db }) => {
        const wanted = await prepare({ db, actor: "system:test", enqueue: () => {} });
        judge(await watch(db, async () => call({ db, storage: await testStorage(), projectSlug: null }, path, wanted)));
      }),
    );
});
