import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { newId } from "#db/ids.ts";
import { DomainError } from "#server/errors.ts";
import { answerCall } from "#server/gateway/answer.ts";
import { authenticate, requireScope } from "#server/gateway/authenticate.ts";
import type { CallableModel, Doors, GatewayEnv } from "#server/gateway/contract.ts";
import type { GatewayMetrics } from "#server/gateway/metrics.ts";
import type { Endpoint } from "#server/gateway/settle.ts";
import { refusalOf } from "#server/gateway/wire.ts";
import { log } from "#server/log.ts";

const controlPaths = ["/v1/files", "/v1/files/*", "/v1/uploads", "/v1/uploads/*", "/v1/fine_tuning/*", "/v1/feedback"];

export type GatewayState = {
  /** why calls should go elsewhere now; null when ready */
  notReady: string | null;
  snapshotVersion: number | null;
  /** milliseconds since Postgres last confirmed the snapshot */
  snapshotStaleMs: number | null;
  postgres: "up" | "down";
  liveHosts: number;
  spool: { bytes: number; dropped: number };
};

type Gateway = { doors: Doors; metrics: GatewayMetrics; state: () => GatewayState; control: Hono<GatewayEnv> };

/**
 * The gateway's HTTP face. Inference calls leave Hono at once and write to Node's response themselves;
 * everything else is plain Hono. `control` is mounted below /v1 behind the same key check.
 */
export function createGateway({ doors, metrics, state, control }: Gateway): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  const infer = (endpoint: Endpoint) => async (c: Context<GatewayEnv>) => {
    await answerCall(doors, metrics, endpoint, c.env.incoming, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  };
  app.post("/v1/chat/completions", infer("/v1/chat/completions"));
  app.post("/v1/completions", infer("/v1/completions"));

  const named = createMiddleware<GatewayEnv>(async (c, next) => {
    const requestId = newId("request");
    c.set("requestId", requestId);
    c.header("x-request-id", requestId);
    await next();
  });
  app.get("/health", named, (c) => c.json({ status: "ok" }));
  app.get("/ready", named, (c) => {
    const now = state();
    return c.json({ status: now.notReady ? "not ready" : "ready", ...now }, now.notReady ? 503 : 200);
  });
  app.get("/metrics", named, async (c) => {
    if (!isLoopback(c.env.incoming.socket.remoteAddress))
      requireScope(await authenticate(doors, c.env.incoming), "admin");
    return c.text(await metrics.registry.metrics(), 200, { "content-type": metrics.registry.contentType });
  });

  const signedIn = createMiddleware<GatewayEnv>(async (c, next) => {
    c.set("key", await authenticate(doors, c.env.incoming));
    await next();
  });
  app.get("/v1/models", named, signedIn, (c) => {
    requireScope(c.var.key, "inference");
    return c.json({ object: "list", data: doors.models(c.var.key.projectId).map(modelObject) });
  });
  // A name may hold a slash (`support/3`), which some clients escape and some do not.
  app.get("/v1/models/:name{.+}", named, signedIn, (c) => {
    requireScope(c.var.key, "inference");
    const name = c.req.param("name");
    const model = doors.findModel(c.var.key.projectId, name);
    if (model) return c.json(modelObject(model));
    const message = `the model ${name} does not exist in this project, or cannot be called yet: GET /v1/models lists what can`;
    throw new DomainError("NOT_FOUND", message, { field: "model", reason: "model_not_found" });
  });
  // One by one, so that no middleware stands in the way of an inference call.
  for (const path of controlPaths) app.use(path, named, signedIn);
  app.route("/v1", control);

  app.notFound((c) => {
    const message = `there is no ${c.req.method} ${c.req.path} here`;
    return refuse(c, new DomainError("NOT_FOUND", message, { reason: "unknown_url" }));
  });
  app.onError((error, c) => refuse(c, error));
  return app;
}

function refuse(c: Context<GatewayEnv>, error: unknown): Response {
  const requestId = c.var.requestId ?? newId("request");
  const refusal = refusalOf(error, requestId);
  if (refusal.status === 500) log.error({ err: error, requestId, path: c.req.path }, "gateway.failed");
  const headers: Record<string, string> = { "content-type": "application/json", "x-request-id": requestId };
  if (refusal.retryAfterSeconds !== null) headers["retry-after"] = String(refusal.retryAfterSeconds);
  return new Response(JSON.stringify(refusal.body), { status: refusal.status, headers });
}

function modelObject(model: CallableModel) {
  const created = Math.floor(model.createdAt.getTime() / 1_000);
  return { id: model.id, object: "model", created, owned_by: model.ownedBy };
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:::ffff:)?127\.|^::1$/.test(address);
}
