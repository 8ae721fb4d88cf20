import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { Pool } from "#db/client.ts";
import { freePort } from "#db/embedded.ts";
import { newId } from "#db/ids.ts";
import { deployments, hosts, replicas, revisions } from "#db/schema/deployments.ts";
import { artifactFiles, artifacts, models, modelVersions } from "#db/schema/models.ts";
import { blobs } from "#db/schema/storage.ts";
import { addProject, createdBy, startDatabase } from "./database.ts";
import { type Contender, startChild, untilAnswers } from "./processes.ts";

const keyCount = 1_000;
/** Enough that no key meets its limit of 60,000 calls a minute. */
const callers = 20;

/**
 * Our gateway as it is run: its own process on a durable Postgres, 20 callers among 1,000 keys, a deployment with two weighted
 * revisions (so every call is resolved, bucketed and picked), limits on, every call logged.
 */
export async function startLargeForge(upstream: string, dir: string) {
  const database = await startDatabase(dir);
  const { db, secret } = database;
  const { id: projectId, keys } = await addProject(database, keyCount);
  await seed(db, upstream, projectId);
  const port = await freePort();
  const child = startChild(process.execPath, [join(import.meta.dirname, "..", "..", "workers", "gateway.ts")], {
    DATABASE_URL: database.url,
    FORGE_DATA: join(dir, "data"),
    FORGE_SECRET: secret,
    FORGE_API_PORT: String(port),
    NODE_ENV: "production",
    FORGE_PROCESS: "gateway",
  });
  child.stdout?.resume();
  const origin = `http://127.0.0.1:${port}`;
  await untilAnswers(`${origin}/ready`, child);
  const contender: Contender = {
    name: "largeforge",
    pids: () => [child.pid ?? 0],
    url: `${origin}/v1/chat/completions`,
    model: "support",
    headers: keys.slice(0, callers).map((key) => ({ authorization: `Bearer ${key}` })),
  };
  return {
    contender,
    /** calls that reached the request log, after the gateway has drained */
    stop: async (): Promise<number> => {
      const left = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await left;
      const [row] = await db.execute<{ calls: number }>(sql`select count(*)::int as calls from requests`);
      await database.stop();
      return row?.calls ?? 0;
    },
  };
}

async function seed(db: Pool, upstream: string, projectId: string) {
  const modelId = newId("model");
  await db.insert(models).values({ id: modelId, projectId, name: "nano", kind: "base", createdBy });
  const hostId = newId("host");
  const about = { device: "cpu", memoryBytes: 1, engineVersion: "bench", startedAt: sql`now()` };
  await db.insert(hosts).values({ id: hostId, url: upstream, ...about, heartbeatAt: sql`now() + interval '1 day'` });
  const deploymentId = newId("deployment");
  await db.insert(deployments).values({ id: deploymentId, projectId, name: "support", createdBy });
  for (const [number, weightBps] of [
    [1, 8_000],
    [2, 2_000],
  ] as const) {
    const sha256 = randomBytes(32).toString("hex");
    const artifactId = newId("artifact");
    const modelVersionId = newId("modelVersion");
    await db.insert(blobs).values({ sha256, bytes: 1 });
    await db.insert(artifacts).values({ id: artifactId, projectId, kind: "base_gguf", digest: sha256, bytes: 1 });
    await db.insert(artifactFiles).values({ projectId, artifactId, path: "model.gguf", blobSha256: sha256, bytes: 1 });
    await db.insert(modelVersions).values({
      id: modelVersionId,
      projectId,
      modelId,
      version: number,
      status: "ready",
      ggufArtifactId: artifactId,
      createdBy,
    });
    await db
      .insert(revisions)
      .values({ id: newId("revision"), projectId, deploymentId, number, modelVersionId, weightBps });
    await db.insert(replicas).values({ id: newId("replica"), projectId, hostId, modelVersionId, status: "ready" });
  }
}
