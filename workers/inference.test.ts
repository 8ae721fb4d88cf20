import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createDb, type Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { hosts, replicas } from "#db/schema/deployments.ts";
import { projects } from "#db/schema/people.ts";
import { inDatabase } from "#db/testing.ts";
import { addVersion, startInference, testBearer } from "#server/deployments/deployments.fixture.ts";
import { streamChat } from "#server/inference/client/chat.ts";
import { engineRef } from "#server/inference/client/ref.ts";
import { UpstreamError } from "#server/inference/client/wire.ts";
import { putBytes, tinyBase } from "#server/inference/gguf-testing.ts";
import { until } from "#server/process.fixture.ts";
import { testStorage } from "#server/testing.ts";

/** Real processes start here; on a busy machine that alone takes a while. */
const patient = { timeout: 240_000 };

async function setUp(db: Pool) {
  const storage = await testStorage();
  const projectId = newId("project");
  await db.insert(projects).values({ id: projectId, slug: "p", name: "P" });
  const baseSha = await putBytes(storage, tinyBase({ contextLength: 4096 }));
  const { versionId } = await addVersion(db, projectId, "tiny", { baseSha });
  return { storage, projectId, versionId, baseSha };
}

const liveHost = (db: Pool) => db.query.hosts.findFirst({ where: sql`${hosts.stoppedAt} is null` });
const replicaOf = (db: Pool, id: string) => db.query.replicas.findFirst({ where: eq(replicas.id, id) });

async function assign(db: Pool, projectId: string, hostId: string, modelVersionId: string) {
  const id = newId("replica");
  await db.insert(replicas).values({ id, projectId, hostId, modelVersionId, status: "assigned" });
  await db.execute(sql`select pg_notify('replicas', ${hostId})`);
  return id;
}

const untilStatus = (db: Pool, id: string, status: string) =>
  until(async () => (await replicaOf(db, id))?.status === status);

test(
  "a host registers, loads what it is assigned, brings it back after a crash, drains it and says goodbye",
  patient,
  () =>
    inDatabase(async ({ db, url }) => {
      const { storage, projectId, versionId, baseSha } = await setUp(db);
      const inference = await startInference(url, storage.root);
      const host = await until(() => liveHost(db));
      expect(host).toMatchObject({ url: inference.url, engineVersion: expect.stringContaining("node-llama-cpp") });
      const replicaId = await assign(db, projectId, host.id, versionId);
      await untilStatus(db, replicaId, "ready");

      const upstream = { url: inference.url, bearer: testBearer };
      const request = {
        model: engineRef({ baseSha }),
        messages: [{ role: "user" as const, content: "hello" }],
        temperature: 0,
        max_tokens: 3_000,
        logit_bias: { 265: -100, 267: -100 },
      };
      const killed = streamChat(upstream, request);
      expect((await killed.next()).value).toMatchObject({ type: "content" });
      const loaded: { engines: { pid: number }[] } = await fetch(`${inference.url}/loaded`, {
        headers: { authorization: `Bearer ${testBearer}` },
      }).then((reply) => reply.json());
      process.kill(loaded.engines[0]?.pid ?? 0, "SIGKILL");
      const rest = (async () => {
        for await (const event of killed) if (event.type === "done") return "an end that looks like success";
      })();
      await expect(rest).rejects.toBeInstanceOf(UpstreamError);
      const cut = await until(async () => {
        const stream = streamChat(upstream, { ...request, max_tokens: 200 });
        const begun = await stream.next().catch(() => null); // until the host has noticed, and loaded it again
        return begun && stream;
      });
      await untilStatus(db, replicaId, "ready");
      const stopped = inference.kill("SIGTERM");
      const events: string[] = [];
      for await (const event of cut) events.push(event.type);
      expect(events.at(-1)).toBe("done");
      expect(await stopped).toBe(0);
      expect((await db.query.hosts.findFirst())?.stoppedAt).not.toBeNull();
      expect((await replicaOf(db, replicaId))?.status).toBe("assigned");
    }),
);

test("a host that starts again keeps its id and loads its replicas again, and drains no other project's", patient, () =>
  inDatabase(async ({ db, url }) => {
    const { storage, projectId, versionId, baseSha } = await setUp(db);
    const first = await startInference(url, storage.root);
    const host = await until(() => liveHost(db));
    const replicaId = await assign(db, projectId, host.id, versionId);
    await untilStatus(db, replicaId, "ready");
    await first.kill("SIGKILL");
    const second = await startInference(url, storage.root);
    await until(async () => (await liveHost(db))?.url === second.url);
    await untilStatus(db, replicaId, "ready");
    expect(await db.$count(hosts)).toBe(1);
    const neighbour = newId("project");
    await db.insert(projects).values({ id: neighbour, slug: "q", name: "Q" });
    const same = await addVersion(db, neighbour, "tiny", { baseSha });
    const stayingId = await assign(db, neighbour, host.id, same.versionId);
    await untilStatus(db, stayingId, "ready");

    await db.update(replicas).set({ status: "draining" }).where(eq(replicas.id, replicaId));
    await db.execute(sql`select pg_notify('replicas', ${host.id})`);
    await until(async () => !(await replicaOf(db, replicaId)));
    expect(await (await fetch(`${second.url}/health`)).json()).toMatchObject({ engines: 1 });
    expect((await replicaOf(db, stayingId))?.status).toBe("ready");
    await second.kill("SIGTERM");
  }),
);

test("a host serves on while Postgres is away and goes on keeping its replicas when it is back", patient, () =>
  inDatabase(async ({ db, url }) => {
    const { storage, projectId, versionId, baseSha } = await setUp(db);
    const inference = await startInference(url, storage.root);
    const host = await until(() => liveHost(db));
    const name = new URL(url).pathname.slice(1);
    const admin = async (statement: string) => {
      const other = new URL(url);
      other.pathname = "/postgres";
      const pool = createDb(other.href, { max: 1 });
      await pool.execute(sql.raw(statement));
      await pool.$client.end();
    };
    await admin(`alter database ${name} allow_connections false`);
    await admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    const health = () => fetch(`${inference.url}/health`).then((reply) => reply.json());
    await until(async () => (await health()).postgres === "down");
    const upstream = { url: inference.url, bearer: testBearer };
    const messages = [{ role: "user" as const, content: "hello" }];
    const events: string[] = [];
    for await (const event of streamChat(upstream, { model: engineRef({ baseSha }), messages, max_tokens: 5 }))
      events.push(event.type);
    expect(events.at(-1)).toBe("done");
    await admin(`alter database ${name} allow_connections true`);
    await until(async () => (await health()).postgres === "up");
    const replicaId = await assign(db, projectId, host.id, versionId);
    await untilStatus(db, replicaId, "ready");
    await inference.kill("SIGTERM");
  }),
);

test("a replica whose file is corrupt fails with a sentence", patient, () =>
  inDatabase(async ({ db, url }) => {
    const { storage, projectId } = await setUp(db);
    const baseSha = await putBytes(storage, tinyBase().subarray(0, 20_000));
    const { versionId } = await addVersion(db, projectId, "broken", { baseSha });
    const inference = await startInference(url, storage.root);
    const host = await until(() => liveHost(db));
    const replicaId = await assign(db, projectId, host.id, versionId);
    await untilStatus(db, replicaId, "failed");
    expect(await replicaOf(db, replicaId)).toMatchObject({
      failures: 1,
      error: { code: "model_unloadable", message: expect.stringContaining("truncated?") },
    });
    await inference.kill("SIGTERM");
  }),
);
