import { randomBytes, randomInt } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import OpenAI from "openai";
import type { Db, Pool } from "#db/client.ts";
import { freePort } from "#db/embedded.ts";
import type { Scope } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { deployments, hosts, replicas, revisions } from "#db/schema/deployments.ts";
import { snapshotVersion } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { artifactFiles, artifacts, models, modelVersions } from "#db/schema/models.ts";
import { projects } from "#db/schema/people.ts";
import { blobs } from "#db/schema/storage.ts";
import { inDatabase } from "#db/testing.ts";
import { testSecret } from "#server/deployments/deployments.fixture.ts";
import { formKey } from "#server/keys/format.rule.ts";
import { startProcess, type TestProcess, until } from "#server/process.fixture.ts";
import { deriveSecret, hmacHex } from "#server/secrets.ts";
import { bumpSnapshot } from "#server/signals/snapshot.ts";

export type GatewayProcess = TestProcess & { url: string; port: number; data: string };

/** The real gateway process on a database; returns when it is ready. */
export async function startGateway(
  databaseUrl: string,
  data?: string,
  extra: Record<string, string> = {},
): Promise<GatewayProcess> {
  const folder = data ?? (await mkdtemp(join(tmpdir(), "largeforge-test-gateway-")));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = { DATABASE_URL: databaseUrl, FORGE_DATA: folder, FORGE_SECRET: testSecret };
  const env: NodeJS.ProcessEnv = {
    NODE_ENV: "test",
    FORGE_LOG_LEVEL: "error",
    FORGE_API_PORT: String(port),
    ...settings,
    ...extra,
  };
  const started = await startProcess("gateway", env, async () => (await fetch(`${url}/ready`)).ok);
  return { ...started, url, port, data: folder };
}

/** The official client, without its own retries, so that a test sees what the gateway answers. */
export function clientOf(gateway: { url: string }, apiKey: string): OpenAI {
  return new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });
}

export async function addProject(db: Pool): Promise<string> {
  const id = newId("project");
  await db.insert(projects).values({ id, slug: `p-${id.slice(-8)}`, name: "Test" });
  return id;
}

/** A key with these scopes; its row holds the HMAC alone. */
export async function addKey(db: Pool, projectId: string, scopes: Scope[] = ["inference"]) {
  const key = formKey((below) => randomInt(below));
  const id = newId("key");
  const hmac = hmacHex(deriveSecret(testSecret, "keys"), key);
  await db
    .insert(apiKeys)
    .values({ id, projectId, name: "test", hmac, last4: key.slice(-4), scopes, createdBy: "system:test" });
  await bumpSnapshot({ db });
  return { id, key };
}

/** A registered model with `count` callable versions, each a base with a GGUF of its own, `gguf` or none that exists. */
export async function addModel(db: Db, projectId: string, name: string, count = 1, gguf: string | null = null) {
  const modelId = newId("model");
  const by = { projectId, createdBy: "system:test" };
  await db.insert(models).values({ id: modelId, name, kind: "base", ...by });
  const versionIds: string[] = [];
  for (let version = 1; version <= count; version++) {
    const sha256 = gguf ?? randomBytes(32).toString("hex");
    const artifactId = newId("artifact");
    await db.insert(blobs).values({ sha256, bytes: 1 }).onConflictDoNothing();
    await db.insert(artifacts).values({ id: artifactId, projectId, kind: "base_gguf", digest: sha256, bytes: 1 });
    await db.insert(artifactFiles).values({ projectId, artifactId, path: "model.gguf", blobSha256: sha256, bytes: 1 });
    const id = newId("modelVersion");
    await db.insert(modelVersions).values({ id, modelId, version, status: "ready", ggufArtifactId: artifactId, ...by });
    versionIds.push(id);
  }
  await bumpSnapshot({ db });
  return { modelId, versionIds };
}

/** Register an inference host that stays alive for the next day, with ready replicas of these versions. */
export async function addHost(db: Pool, projectId: string, url: string, versionIds: string[] = []) {
  const id = newId("host");
  const about = { device: "cpu", memoryBytes: 1, engineVersion: "test" };
  await db.insert(hosts).values({
    id,
    url,
    ...about,
    startedAt: sql`now()`,
    heartbeatAt: sql`now() + interval '1 day'`,
  });
  for (const modelVersionId of versionIds)
    await db.insert(replicas).values({ id: newId("replica"), projectId, hostId: id, modelVersionId, status: "ready" });
  await bumpSnapshot({ db });
  return id;
}

/** A deployment whose revisions stand on these versions with these weights. */
export async function addDeployment(db: Pool, projectId: string, name: string, on: [versionId: string, bps: number][]) {
  const deploymentId = newId("deployment");
  await db.insert(deployments).values({ id: deploymentId, projectId, name, createdBy: "system:test" });
  const revisionIds: string[] = [];
  for (const [i, [modelVersionId, weightBps]] of on.entries()) {
    const id = newId("revision");
    await db.insert(revisions).values({ id, projectId, deploymentId, number: i + 1, modelVersionId, weightBps });
    revisionIds.push(id);
  }
  await bumpSnapshot({ db });
  return { deploymentId, revisionIds };
}

/** Wait until the gateway serves what has been changed by now; the next call that it takes in goes by it. */
export async function untilServed(db: Pool, gateway: { url: string }): Promise<void> {
  const [newest] = await db.select().from(snapshotVersion);
  await until(async () => {
    const { snapshotVersion: served } = await (await fetch(`${gateway.url}/ready`)).json();
    return served !== null && served >= (newest?.version ?? 0);
  });
}

/** A database for a whole file: opened in `beforeAll`, given back by `release` in `afterAll`. */
export async function holdDatabase(): Promise<{ db: Pool; url: string; release: () => Promise<void> }> {
  const held = Promise.withResolvers<{ db: Pool; url: string }>();
  const done = Promise.withResolvers<void>();
  const closed = inDatabase(async (database) => {
    held.resolve(database);
    await done.promise;
  });
  closed.catch(held.reject);
  const database = await held.promise;
  return {
    ...database,
    release: () => {
      done.resolve();
      return closed;
    },
  };
}
