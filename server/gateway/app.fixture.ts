import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { newId } from "#db/ids.ts";
import { createGateway, type GatewayState } from "#server/gateway/app.ts";
import type { Dependencies, Route } from "#server/gateway/contract.ts";
import { createForwarder } from "#server/gateway/forward.ts";
import { createLimits } from "#server/gateway/limits.ts";
import { createMetrics } from "#server/gateway/metrics.ts";
import { plainRetries } from "#server/gateway/retry.rule.ts";
import { serveGateway } from "#server/gateway/serve.ts";
import type { Target } from "#server/inference/client/target.ts";
import type { CallRecord } from "#server/requests/record.ts";

/**
 * The gateway's whole HTTP face on a socket of its own, before the targets given, with one key that is always known
 * (any text) and nothing behind it: no Postgres, no spool.
 */
export async function openTestGateway(targets: readonly Target[], change: Partial<Dependencies> = {}) {
  const records: CallRecord[] = [];
  const metrics = createMetrics(() => ({
    snapshotAgeSeconds: 0,
    spoolBytes: 0,
    droppedRows: 0,
    refusedRows: 0,
    ownerlessRows: 0,
  }));
  const forwarder = createForwarder();
  const route: Route = {
    deployment: null,
    revision: null,
    version: { id: "mv_1", name: "support/3", price: null },
    places: targets.map((target) => ({ target, model: `base:${"ab".repeat(32)}` })),
    policy: plainRetries,
  };
  const dependencies: Dependencies = {
    findKey: () => ({ id: "key_1", projectId: "prj_1", actor: "key:key_1", scopes: ["inference"] }),
    confirm: async () => {},
    route: () => route,
    models: () => [],
    findModel: () => null,
    forward: forwarder.forward,
    positionOf: forwarder.positionOf,
    noticeAfterMs: 0,
    newRequestId: () => newId("request"),
    record: (call) => records.push(call),
    reserve: createLimits(),
    nowMs: Date.now,
    ...change,
  };
  const state: GatewayState = {
    notReady: null,
    snapshotVersion: 1,
    snapshotStaleMs: 0,
    postgres: "up",
    liveHosts: 0,
    spool: { bytes: 0, dropped: 0 },
  };
  const app = createGateway({ dependencies, metrics, state: () => state, control: new Hono(), metricsOpen: false });
  const server = await serveGateway(getRequestListener(app.fetch), { host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${server.port}`;
  const headers = { authorization: "Bearer k", "content-type": "application/json" };
  return {
    url,
    records,
    metrics,
    post: (path: string, body: object) =>
      fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) }),
    close: async () => {
      await server.drain(0);
      await forwarder.close();
    },
  };
}
