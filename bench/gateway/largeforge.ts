import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { createDb, type Pool } from "#db/client.ts";
import { freePort, startEmbeddedPostgres } from "#db/embedded.ts";
import { newId } from "#db/ids.ts";
import { migrateDatabase } from "#db/migrate.ts";
import { deployments, hosts, replicas, revisions } from "#db/schema/deployments.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { artifactFiles, artifacts, models, modelVersions } from "#db/schema/models.ts";
import { projects } from "#db/schema/people.ts";
import { blobs } from "#db/schema/storage.ts";
import { deriveSecret, hmacHex } from "#server/secrets.ts";
import { type Contender, startChild, untilAnswers } from "./processes.ts";

const createdBy = "system:bench";
const keyCount = 1_000;
/** Enough that no key meets its limit of 60,000 calls a minute. */
const callers = 20;

/**
 * Our gateway as it is run: its own process on a durable Postgres, 20 callers among 1,000 keys, a deployment with two weighted
 * revisions (so every call is resolved, bucketed and picked), limits on, every call logged.
 */
export async function startLargeForge(upstream: string, dir: string) {
  const postgres = await startEmbeddedPostgres({ dir: join(dir, "pg") });
  let isUp = true;
  process.on("exit", () => isUp && process.kill(postgres.pid, "SIGINT")); // a benchmark that fails leaves no server behind
  await migrateDatabase(postgres.url);
  const db = createDb(postgres.url, { max: 4, name: "bench" });
  const secret = randomBytes(32).toString("hex");
  const keys = Array.from({ length: keyCount }, () => `lf_${randomBytes(20).toString("hex")}`);
  const hmacKey = deriveSecret(secret, "keys");
  await seed(
    db,
    upstream,
    keys.map((key) => hmacHex(hmacKey, key)),
  );
  const port = await freePort();
  const child = startChild(process.execPath, [join(import.meta.dirname, "..", "..", "workers", "gateway.ts")], {
    ...{
      DATABASE_URL: postgres.url,
      FORGE_DATA: join(dir, "data"),
      FORGE_SECRET: secret,
      FORGE_API_PORT: String(port),
    },
    ...{ NODE_ENV: "production", FORGE_PROCESS: "gateway" },
  });
  child.stdout?.resume();
  const origin = `http://127.0.0.1:${port}`;
  await untilAnswers(`${origin}/ready`, child);
  const contender: Contender = {
    ...{ name: "largeforge", pids: () => [child.pid ?? 0], url: `${origin}/v1/chat/completions`, model: "support" },
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
      await db.$client.end();
      await postgres.stop();
      isUp = false;
      return row?.calls ?? 0;
    },
  };
}

async function seed(db: Pool, upstream: string, hmacs: string[]) {
  const projectId = newId("project");
  await db.insert(projects).values({ id: projectId, slug: "bench", name: "Bench" });
  const scopes: ["inference"] = ["inference"];
  await db.insert(apiKeys).values(
    hmacs.map((hmac) => ({
      ...{ id: newId("key"), projectId, name: "bench", hmac, last4: "0000", scopes, createdBy },
    })),
  );
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
      ...{ id: modelVersionId, projectId, modelId, version: number, status: "ready" },
      ...{ ggufArtifactId: artifactId, createdBy },
    });
    await db
      .insert(revisions)
      .values({ id: newId("revision"), projectId, deploymentId, number, modelVersionId, weightBps });
    await db.insert(replicas).values({ id: newId("replica"), projectId, hostId, modelVersionId, status: "ready" });
  }
}
