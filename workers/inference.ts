import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, cpus, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { createDb } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { stopHost } from "#server/deployments/hosts/register.ts";
import { keepReplicas } from "#server/deployments/hosts/serve.ts";
import { env } from "#server/env.ts";
import { cutUnreadBody } from "#server/http/unread-body.ts";
import { createHost } from "#server/inference/host/app.ts";
import { openPool } from "#server/inference/host/pool.ts";
import { Refusal } from "#server/inference/host/refusal.ts";
import { engineVersion } from "#server/inference/host/version.ts";
import { openQueues } from "#server/jobs/enqueue.ts";
import { log } from "#server/log.ts";
import { outliveDatabase } from "#server/outlive-database.ts";
import { secretFor } from "#server/secrets.ts";
import { fileStorage } from "#server/storage.ts";

/** The supervisor ends this process after 10 s; live answers get most of that. */
const drainWithinMs = 7_000;
/** Share of the machine's memory that models may take. */
const memoryShare = 0.6;
/** A context longer than this is cut: its cache is reserved in full for every parallel sequence. */
const longestContext = 8_192;
const parallelSequences = 8;
/** Of a base whose caches are small: one key may have so many answers in the making and leave another as many. */
const mostSequences = 64;
/** The base's context and those of the adapters used last. */
const hotContexts = 9;
/** Four keys may wait with all that the gateway lets one key run at once (its `defaultLimits.concurrent`). */
const waiting = { all: 2_048, perKey: 512 };
const idleMs = 15 * 60_000;
/** For all contexts of one base together. */
const largestCacheBytes = 4 * 1024 ** 3;

const { DATABASE_URL, FORGE_DATA, FORGE_HOST_PORT } = env();
outliveDatabase();
const threads = availableParallelism();
const cuda = hasCudaEngine();
const memoryBytes = Math.floor(Math.min(totalmem(), process.constrainedMemory() || totalmem()) * memoryShare);
const pool = openPool({
  threads,
  cuda,
  maxContext: longestContext,
  maxSequences: parallelSequences,
  mostSequences,
  maxContexts: hotContexts,
  waiting,
  kvBudgetBytes: Math.min(largestCacheBytes, memoryBytes / 4),
  memoryBytes,
  idleMs,
  pathOf: fileStorage(FORGE_DATA).pathOf,
});

const db = createDb(DATABASE_URL, { max: 4, name: "largeforge-inference" });
const queues = openQueues();
const ctx = { db, enqueue: queues.enqueue, actor: "system:inference" } as const;
const device = cuda ? "cuda" : `cpu (${cpus()[0]?.model.trim() ?? "unknown"}, ${threads} cores)`;
const url = `http://127.0.0.1:${FORGE_HOST_PORT}`;
const self = { id: await ownId(), url, device, memoryBytes, engineVersion };
const keeper = keepReplicas(ctx, self, pool, readFailure);
let draining = false;

const app = createHost({
  pool,
  bearer: secretFor("host").toString("hex"),
  accepting: () => !draining,
  now: () => new Date(),
  health: () => ({
    status: draining ? "draining" : "ok",
    pid: process.pid,
    hostId: self.id,
    device,
    engineVersion,
    postgres: keeper.postgres(),
    engines: pool.loaded().length,
  }),
});
const server = serve(
  { fetch: app.fetch, hostname: "127.0.0.1", port: FORGE_HOST_PORT, autoCleanupIncoming: false },
  () => {
    log.info({ pid: process.pid, port: FORGE_HOST_PORT, hostId: self.id, device, memoryBytes }, "inference.listening");
  },
);

server.prependListener("request", cutUnreadBody);

process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());

/** Gateways stop sending first; live answers finish; then the engines end. */
async function stop() {
  draining = true;
  await keeper.stop();
  await Promise.race([stopHost(ctx, self.id), sleep(1_000)]).catch(() => {}); // gateways also see the heartbeat end
  const deadline = performance.now() + drainWithinMs;
  const live = () => pool.loaded().some(({ users }) => users > 0);
  while (live() && performance.now() < deadline) await sleep(25);
  server.close();
  await pool.close();
  await queues.close();
  await db.$client.end({ timeout: 1 });
  log.info({}, "inference.stopped");
  process.exit(0);
}

/** The host keeps its id, and with it its replicas, over restarts. */
async function ownId() {
  const file = join(FORGE_DATA, "run", "host-id");
  const known = await readFile(file, "utf8").catch(() => "");
  if (known.trim() !== "") return known.trim();
  const id = newId("host");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, id);
  return id;
}

/** Set-up installs the CUDA binaries only where a GPU is; an empty package stands in for them elsewhere. */
function hasCudaEngine() {
  const root = dirname(createRequire(import.meta.url).resolve("node-llama-cpp"));
  return existsSync(join(root, "..", "..", "@node-llama-cpp", "linux-x64-cuda", "bins"));
}

function readFailure(cause: unknown) {
  const hints: Record<string, string> = {
    probe_failed: "run the training again, or check that base and adapter belong together",
    model_unloadable: "import the model again; the file is not usable as it is",
    overloaded: "retire a deployment on this host, or give the host more memory",
  };
  if (!(cause instanceof Refusal)) return { code: "load_failed", message: String(cause), hint: null };
  const { code, message } = cause.wire;
  return { code: code ?? "load_failed", message, hint: hints[code ?? ""] ?? null };
}
