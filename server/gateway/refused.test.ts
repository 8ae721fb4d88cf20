import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { createGateway, type GatewayState } from "#server/gateway/app.ts";
import type { Dependencies } from "#server/gateway/contract.ts";
import { createLimits, defaultLimits } from "#server/gateway/limits.ts";
import { createMetrics } from "#server/gateway/metrics.ts";
import { type GatewayServer, serveGateway } from "#server/gateway/serve.ts";
import type { CallRecord } from "#server/requests/record.ts";

const records: CallRecord[] = [];
const metrics = createMetrics(() => ({
  snapshotAgeSeconds: 0,
  spoolBytes: 0,
  droppedRows: 0,
  refusedRows: 0,
  ownerlessRows: 0,
}));
const unused = () => {
  throw new Error("a call that is refused gets no further");
};
/** A gateway whose keys may run nothing at once. */
const dependencies: Dependencies = {
  findKey: () => ({ id: "key_1", projectId: "prj_1", actor: "key:key_1", scopes: ["inference"] }),
  reserve: createLimits({ ...defaultLimits, concurrent: 0 }),
  record: (call) => records.push(call),
  nowMs: () => 0,
  newRequestId: () => newId("request"),
  confirm: async () => {},
  route: unused,
  models: unused,
  findModel: unused,
  forward: unused,
  positionOf: unused,
  noticeAfterMs: 0,
};
const state: GatewayState = {
  notReady: null,
  snapshotVersion: 1,
  snapshotStaleMs: 0,
  postgres: "up",
  liveHosts: 0,
  spool: { bytes: 0, dropped: 0 },
};
let server: GatewayServer;
let client: OpenAI;

beforeAll(async () => {
  const app = createGateway({ dependencies, metrics, state: () => state, control: new Hono(), metricsOpen: false });
  server = await serveGateway(getRequestListener(app.fetch), { host: "127.0.0.1", port: 0 });
  client = new OpenAI({ baseURL: `http://127.0.0.1:${server.port}/v1`, apiKey: "k", maxRetries: 0 });
});

afterAll(() => server.drain(0));

test.each([true, false])(
  "a call with stream %s that a limit refuses is logged and counted as what it was",
  async (stream) => {
    records.length = 0;
    const asked = client.chat.completions.create({
      model: "nano",
      messages: [{ role: "user", content: "hi" }],
      stream,
    });
    await expect(asked).rejects.toMatchObject({ status: 429, code: "rate_limit_exceeded" });
    expect(records).toMatchObject([{ status: 429, stream, model: "nano" }]);
    expect(await metrics.registry.metrics()).toContain(`status="429",stream="${stream}"`);
  },
);
