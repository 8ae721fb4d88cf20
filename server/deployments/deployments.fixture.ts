import { sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { freePort } from "#db/embedded.ts";
import { newId } from "#db/ids.ts";
import { hosts } from "#db/schema/deployments.ts";
import { artifactFiles, artifacts, models, modelVersions } from "#db/schema/models.ts";
import { blobs } from "#db/schema/storage.ts";
import { startProcess, type TestProcess } from "#server/process.fixture.ts";
import { deriveSecret } from "#server/secrets.ts";

export const testSecret = "a secret of at least thirty-two characters";
export const testBearer = deriveSecret(testSecret, "host").toString("hex");

type Files = Record<string, string>;

/** An artifact whose files (path → sha256) are blobs. */
export async function addArtifact(
  db: Db,
  projectId: string,
  kind: "base_gguf" | "adapter_gguf" | "adapter_weights",
  files: Files,
) {
  const id = newId("artifact");
  await db.insert(artifacts).values({ id, projectId, kind, digest: Object.values(files).join(""), bytes: 1 });
  for (const [path, sha256] of Object.entries(files)) {
    await db.insert(blobs).values({ sha256, bytes: 1 }).onConflictDoNothing();
    await db.insert(artifactFiles).values({ projectId, artifactId: id, path, blobSha256: sha256, bytes: 1 });
  }
  return id;
}

/** A ready version of a new model: a base, or an adapter on `base` with the probe its trainer recorded. */
export async function addVersion(
  db: Db,
  projectId: string,
  name: string,
  on: { baseSha: string } | { baseVersionId: string; adapterSha: string; probeSha: string },
) {
  const modelId = newId("model");
  const by = { projectId, createdBy: "system:test" };
  const tuned = "baseVersionId" in on;
  await db.insert(models).values({ id: modelId, name, kind: tuned ? "tuned" : "base", ...by });
  const ggufArtifactId = tuned
    ? await addArtifact(db, projectId, "adapter_gguf", { "adapter.gguf": on.adapterSha })
    : await addArtifact(db, projectId, "base_gguf", { "model.gguf": on.baseSha });
  const weightsArtifactId = tuned
    ? await addArtifact(db, projectId, "adapter_weights", { "probe.json": on.probeSha })
    : null;
  const id = newId("modelVersion");
  const parts = { ggufArtifactId, weightsArtifactId, baseVersionId: tuned ? on.baseVersionId : null };
  await db.insert(modelVersions).values({ id, modelId, version: 1, status: "ready", ...parts, ...by });
  return { modelId, versionId: id, ggufArtifactId };
}

/** A host that looks alive for the next day. */
export async function addHost(db: Db, memoryBytes = 8e9): Promise<string> {
  const id = newId("host");
  const about = { url: "http://127.0.0.1:9", device: "cpu", engineVersion: "test", memoryBytes };
  const alive = { startedAt: sql`now()`, heartbeatAt: sql`now() + interval '1 day'` };
  await db.insert(hosts).values({ id, ...about, ...alive });
  return id;
}

/** The real inference process on a database and a data folder; returns when it answers. */
export async function startInference(databaseUrl: string, dataFolder: string): Promise<TestProcess & { url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = { DATABASE_URL: databaseUrl, FORGE_DATA: dataFolder, FORGE_SECRET: testSecret };
  const env: NodeJS.ProcessEnv = { NODE_ENV: "test", FORGE_LOG_LEVEL: "error", FORGE_HOST_PORT: String(port) };
  const started = await startProcess("inference", { ...env, ...settings }, async () => {
    return (await fetch(`${url}/health`)).ok;
  });
  return { ...started, url };
}
