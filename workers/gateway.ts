import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { createDb } from "#db/client.ts";
import { env } from "#server/env.ts";
import { createGateway, type GatewayState } from "#server/gateway/app.ts";
import { createControl } from "#server/gateway/control/app.ts";
import { createCors } from "#server/gateway/cors.ts";
import { createDependencies } from "#server/gateway/dependencies.ts";
import { createForwarder } from "#server/gateway/forward.ts";
import { createLimits } from "#server/gateway/limits.ts";
import { createMetrics } from "#server/gateway/metrics.ts";
import { serveGateway } from "#server/gateway/serve.ts";
import { keepSnapshot } from "#server/gateway/snapshot/keep.ts";
import { hostTargets } from "#server/inference/client/host-target.ts";
import { openQueues } from "#server/jobs/enqueue.ts";
import { hmacOfKey } from "#server/keys/hmac.ts";
import { verifyInternalToken } from "#server/keys/internal-token.ts";
import { log } from "#server/log.ts";
import { inheritedListener } from "#server/ops/processes/listener.ts";
import { outliveDatabase } from "#server/outlive-database.ts";
import { keepFlushing } from "#server/requests/flush.ts";
import { lineOf, openSpool } from "#server/requests/spool/append.ts";
import { claimSpool } from "#server/requests/spool/claim.ts";
import { secretFor } from "#server/secrets.ts";
import { openStorage } from "#server/storage.ts";

/** Between failing readiness and closing the door: long enough for a load balancer's next look. */
const notReadyFirstMs = 1_000;
/** Below the supervisor's own 30 s. */
const drainWithinMs = 25_000;

const {
  FORGE_DATA,
  FORGE_HOST,
  FORGE_API_PORT,
  FORGE_METRICS,
  FORGE_CORS_ORIGINS,
  DATABASE_URL,
  FORGE_QUEUE_NOTICE_SECONDS,
} = env();
outliveDatabase();
const db = createDb(DATABASE_URL, { max: 8, name: "largeforge-gateway" });
const claim = await claimSpool(join(FORGE_DATA, "spool"));
const spool = openSpool(claim.dir);
const flusher = keepFlushing(db, spool, claim.orphans, claim.abandoned);
const keeper = keepSnapshot(db);
const forwarder = createForwarder();
const queues = openQueues();
let draining = false;

const dependencies = createDependencies({
  keeper,
  forwarder,
  hostTarget: hostTargets(secretFor("host").toString("hex")),
  digestOf: hmacOfKey,
  reserve: createLimits(),
  verifyInternal: (token, nowMs) => {
    const grant = verifyInternalToken(token, nowMs);
    return grant && { id: grant.actor, projectId: grant.projectId, actor: grant.actor, scopes: grant.scopes };
  },
  noticeAfterMs: FORGE_QUEUE_NOTICE_SECONDS * 1_000,
  record: (call) => spool.append(lineOf(call)),
});

const metrics = createMetrics(() => ({
  snapshotAgeSeconds: keeper.current() ? keeper.staleMs() / 1_000 : Number.NaN,
  spoolBytes: spool.state().bytes,
  droppedRows: spool.state().dropped,
  refusedRows: flusher.rejected(),
  ownerlessRows: flusher.ownerless(),
}));

function state(): GatewayState {
  const snapshot = keeper.current();
  const notReady = draining ? "draining" : snapshot ? null : "keys and routes have not been read yet";
  return {
    notReady,
    snapshotVersion: snapshot?.version ?? null,
    snapshotStaleMs: snapshot ? Math.round(keeper.staleMs()) : null,
    postgres: keeper.reachable() ? "up" : "down",
    liveHosts: keeper.liveHosts().size,
    spool: spool.state(),
  };
}

const control = createControl({
  db,
  enqueue: queues.enqueue,
  storage: openStorage(),
  isUp: () => state().postgres === "up",
});
const app = createGateway({ dependencies, metrics, metricsOpen: FORGE_METRICS === "open", state, control });
const cors = createCors(FORGE_CORS_ORIGINS);
const answer = getRequestListener(app.fetch, { autoCleanupIncoming: false }); // serveGateway cuts what is left unread
await keeper.firstRead; // callers who wait since the last gateway ended get their answers, not a 503
const handle = await inheritedListener();
const at = handle ? { handle } : { host: FORGE_HOST, port: FORGE_API_PORT };
const server = await serveGateway(
  (incoming, outgoing) => cors(incoming, outgoing) || void answer(incoming, outgoing),
  at,
);
log.info({ pid: process.pid, port: server.port, adopted: claim.orphans.length }, "gateway.listening");

for (const name of ["SIGTERM", "SIGINT"] as const)
  process.on(name, () => {
    if (!draining) void stop();
  });

/** Readiness fails first; live answers finish; what they cost reaches Postgres, or stays spooled for the next gateway. */
async function stop() {
  const startedMs = performance.now();
  draining = true;
  await sleep(notReadyFirstMs);
  const cut = await server.drain(drainWithinMs);
  await flusher.stop();
  await keeper.stop();
  await Promise.race([flusher.flush(), sleep(2_000)]).catch(() => {}); // else the next gateway adopts the segments
  spool.close();
  await claim.release();
  await forwarder.close();
  await queues.close();
  await db.$client.end({ timeout: 1 });
  log.info({ cut, ms: Math.round(performance.now() - startedMs) }, "gateway.stopped");
  process.exit(0);
}
