import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Pool } from "#db/client.ts";
import { freePort } from "#db/embedded.ts";
import { newId } from "#db/ids.ts";
import { artifactFiles, artifacts, models, modelVersions } from "#db/schema/models.ts";
import { blobs } from "#db/schema/storage.ts";
import { fileStorage } from "#server/storage.ts";
import { addProject, createdBy, startDatabase } from "./database.ts";
import { startChild, untilAnswers } from "./processes.ts";

const root = join(import.meta.dirname, "..", "..");

export const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  platform: process.platform,
  node: process.version,
};

export type World = { origin: string; keys: string[]; close: () => Promise<void> };

/** Our gateway and our inference host as they are run, with `nano` in them and a key in each of `projectCount` projects. */
export async function openWorld(projectCount: number): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), "largeforge-bench-serving-"));
  const database = await startDatabase(dir);
  const { db, secret } = database;
  const data = join(dir, "data");
  const gguf = await nanoGguf(dir);
  const blob = await fileStorage(data).put(createReadStream(gguf));
  await db.insert(blobs).values(blob);
  const keys: string[] = [];
  for (let i = 0; i < projectCount; i++) {
    const project = await addProject(database, 1);
    await addNano(db, project.id, blob);
    keys.push(...project.keys);
  }
  const [apiPort, hostPort] = [await freePort(), await freePort()];
  const shared = { NODE_ENV: "production", DATABASE_URL: database.url, FORGE_DATA: data, FORGE_SECRET: secret };
  const settings = { ...shared, FORGE_API_PORT: String(apiPort), FORGE_HOST_PORT: String(hostPort) };
  const start = (name: string) => {
    const script = join(root, "workers", `${name}.ts`);
    const child = startChild(process.execPath, [script], { ...settings, FORGE_PROCESS: name });
    child.stdout?.resume();
    return child;
  };
  const [host, gateway] = [start("inference"), start("gateway")];
  await untilAnswers(`http://127.0.0.1:${hostPort}/health`, host);
  const origin = `http://127.0.0.1:${apiPort}`;
  await untilAnswers(`${origin}/ready`, gateway);
  return {
    origin,
    keys,
    close: async () => {
      for (const child of [gateway, host]) {
        const left = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL"); // nothing of it is kept
        await left;
      }
      await database.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function addNano(db: Pool, projectId: string, blob: { sha256: string; bytes: number }) {
  const [modelId, artifactId] = [newId("model"), newId("artifact")];
  await db.insert(models).values({ id: modelId, projectId, name: "nano", kind: "base", createdBy });
  const { sha256, bytes } = blob;
  await db.insert(artifacts).values({ id: artifactId, projectId, kind: "base_gguf", digest: sha256, bytes });
  await db.insert(artifactFiles).values({ projectId, artifactId, path: "model.gguf", blobSha256: sha256, bytes });
  const version = { id: newId("modelVersion"), projectId, modelId, version: 1, status: "ready" as const };
  await db.insert(modelVersions).values({ ...version, ggufArtifactId: artifactId, createdBy });
}

/** `nano` as its import makes it. */
async function nanoGguf(dir: string): Promise<string> {
  const python = process.env.FORGE_TRAINER_PYTHON;
  const tools = process.env.FORGE_TOOLS;
  if (!python || !tools) throw new Error("run it as ./forge bench NAME, after ./forge up has set the trainer up");
  const out = join(dir, "nano.gguf");
  const base = join(root, "samples", "nano");
  const where = ["--base", base, "--out", out, "--converters", join(tools, "converters"), "--out-type", "f16"];
  const env = { ...process.env, PYTHONPATH: join(root, "trainer", "src"), OMP_NUM_THREADS: "1", HF_HUB_OFFLINE: "1" };
  await promisify(execFile)(python, ["-m", "largeforge_trainer.convert", ...where], { env });
  return out;
}
