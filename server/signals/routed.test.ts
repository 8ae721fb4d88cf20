import { Readable } from "node:stream";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { hosts, replicas } from "#db/schema/deployments.ts";
import { modelVersions } from "#db/schema/models.ts";
import { uploads } from "#db/schema/storage.ts";
import { inDatabase } from "#db/testing.ts";
import { addHost } from "#server/deployments/deployments.fixture.ts";
import { moveReplica, removeReplica } from "#server/deployments/hosts/move-replica.ts";
import { registerHost, stopHost } from "#server/deployments/hosts/register.ts";
import { reconcileDeployments } from "#server/deployments/reconcile.ts";
import { tinyBase } from "#server/inference/gguf-testing.ts";
import { importModelVersion } from "#server/models/import/run.ts";
import { importModel } from "#server/models/import/start.ts";
import { addGround, addRun } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { addDeployment, addReplica, openRoom, type Room, watch } from "#server/signals/mutations.fixture.ts";
import { recordBlob } from "#server/storage.ts";

/** An act on a room of its own; gateways must be told once, and the act must have changed what they read. */
function routed(act: (on: { db: Pool; room: Room }) => Promise<() => Promise<unknown>>) {
  return inDatabase(async ({ db }) => {
    const room = await openRoom(db);
    const go = await act({ db, room });
    const { reroutes, follows, bumps } = await watch(db, go);
    expect({ reroutes, follows, bumps }).toEqual({ reroutes: true, follows: true, bumps: 1 });
  });
}

const jobCtx = ({ db, room }: { db: Pool; room: Room }) => ({ ...room.ctx, db, actor: "system:jobs" as const });
const signal = new AbortController().signal;
const ready = { to: "ready", probe: null, memoryBytes: 1 } as const;

test("a registered version is told to the gateways", () =>
  routed(async ({ db, room }) => {
    const runId = await addRun(room.ctx, await addGround(room.ctx));
    return () => registerModelVersion(jobCtx({ db, room }), { runId });
  }));

/** An import of a file that was uploaded: `bytes` of it. */
async function importOf({ db, room }: { db: Pool; room: Room }, bytes: Buffer) {
  const { ctx } = room;
  const blob = await ctx.storage.put(Readable.from([bytes]));
  await recordBlob(ctx, blob);
  const upload = { id: newId("upload"), projectId: ctx.projectId, filename: "base.gguf", createdBy: ctx.actor };
  const stored = { blobSha256: blob.sha256, bytesExpected: blob.bytes, expiresAt: new Date() };
  await db.insert(uploads).values({ ...upload, ...stored });
  const files = [{ path: "base.gguf", uploadId: upload.id }];
  const { id } = await importModel(ctx, { name: "tiny", source: { kind: "upload", files } });
  const finish = () => importModelVersion(jobCtx({ db, room }), { modelVersionId: id }, signal);
  return { id, finish };
}

test.each([
  ["ready", tinyBase()],
  ["failed", Buffer.from("no model")],
])("an import that ends %s is told to the gateways", (status, bytes) =>
  routed(async (on) => {
    const { id, finish } = await importOf(on, bytes);
    return async () => {
      await finish();
      const [version] = await on.db.select().from(modelVersions).where(eq(modelVersions.id, id));
      expect(version).toMatchObject({ status });
    };
  }),
);

test("a host that registers, and one that stops, is told to the gateways", async () => {
  const self = { url: "http://127.0.0.1:9", device: "cpu", memoryBytes: 1, engineVersion: "test" };
  await routed(async (on) => () => registerHost(jobCtx(on), { id: newId("host"), ...self }));
  await routed(async (on) => {
    const id = await addHost(on.db);
    return () => stopHost(jobCtx(on), id);
  });
});

test("a replica that becomes ready or drains is told to the gateways", async () => {
  for (const [from, move] of [
    ["probing", ready],
    ["ready", { to: "draining" }],
  ] as const)
    await routed(async (on) => {
      const { base } = await addDeployment(on.room);
      const { id } = await addReplica(on.room, base.versionId, from);
      return () => moveReplica(jobCtx(on), id, move);
    });
});

test("reconciling tells the gateways once of all that it took away, whatever the number", () =>
  routed(async (on) => {
    const { base, tuned } = await addDeployment(on.room);
    await addReplica(on.room, tuned.versionId, "ready"); // nobody wants it: it drains
    const { hostId } = await addReplica(on.room, base.versionId, "ready");
    await on.db.update(hosts).set({ heartbeatAt: sql`now() - interval '1 day'` }).where(eq(hosts.id, hostId));
    return () => reconcileDeployments(jobCtx(on));
  }));

test("a drained replica that leaves was out of the gateways' sight before", () =>
  inDatabase(async ({ db }) => {
    const room = await openRoom(db);
    const { base } = await addDeployment(room);
    const { id } = await addReplica(room, base.versionId, "draining");
    const { reroutes } = await watch(db, () => removeReplica(jobCtx({ db, room }), id));
    expect(reroutes).toBe(false);
    expect(await db.$count(replicas)).toBe(0);
  }));
