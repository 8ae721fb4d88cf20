import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { createMiddleware } from "hono/factory";
import type { StatusCode } from "hono/utils/http-status";
import { newId } from "#db/ids.ts";
import { DomainError } from "#server/errors.ts";
import { answerCall } from "#server/gateway/answer.ts";
import { authenticate, requireScope } from "#server/gateway/authenticate.ts";
import type { CallableModel, CallerKey, Dependencies, GatewayEnv } from "#server/gateway/contract.ts";
import type { GatewayMetrics } from "#server/gateway/metrics.ts";
import { type OpenAiError, openAiError, refusalOf } from "#server/gateway/wire.ts";
import type { Ask } from "#server/inference/client/target.ts";
import { log } from "#server/log.ts";

/** `/*` matches what stands before it too. */
const controlPaths = ["/v1/files/*", "/v1/uploads/*", "/v1/fine_tuning/*", "/v1/feedback"];
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

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

type Gateway = {
  dependencies: Dependencies;
  metrics: GatewayMetrics;
  /** may anybody read /metrics? */
  metricsOpen: boolean;
  state: () => GatewayState;
  control: Hono<GatewayEnv>;
};

/**
 * The gateway's HTTP face. Inference calls leave Hono at once and write to Node's response themselves;
 * everything else is plain Hono. `control` is mounted below /v1 behind the same key check.
 */
export function createGateway({ dependencies, metrics, metricsOpen, state, control }: Gateway): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  const infer = (endpoint: Ask["endpoint"]) => async (c: Context<GatewayEnv>) => {
    await answerCall(dependencies, metrics, endpoint, c.env.incoming, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  };
  app.post("/v1/chat/completions", infer("/v1/chat/completions"));
  app.post("/v1/completions", infer("/v1/completions"));

  const named = createMiddleware<GatewayEnv>(async (c, next) => {
    const requestId = newId("request");
    c.set("requestId", requestId);
    c.header("x-request-id", requestId);
    c.header("x-content-type-options", "nosniff");
    if (c.req.raw.url.includes("%00")) throw new DomainError("INVALID", "the address holds a NUL character (%00)");
    await next();
  });
  app.get("/health", named, (c) => c.json({ status: "ok" }));
  app.get("/ready", named, (c) => {
    const now = state();
    return c.json({ status: now.notReady ? "not ready" : "ready", ...now }, now.notReady ? 503 : 200);
  });
  app.get("/metrics", named, async (c) => {
    // Behind a proxy on the same machine everybody comes from loopback: an address is no credential.
    if (!metricsOpen) requireScope(await authenticate(dependencies, c.env.incoming), "admin");
    return c.text(await metrics.registry.metrics(), 200, { "content-type": metrics.registry.contentType });
  });

  const signedIn = createMiddleware<GatewayEnv>(async (c, next) => {
    const key = await authenticate(dependencies, c.env.incoming);
    c.set("key", key);
    takePlace(dependencies, key, c);
    await next();
  });
  app.get("/v1/models", named, signedIn, (c) => {
    requireScope(c.var.key, "inference");
    return c.json({ object: "list", data: dependencies.models(c.var.key.projectId).map(modelObject) });
  });
  // A name may hold a slash (`support/3`), which some clients escape and some do not.
  app.get("/v1/models/:name{.+}", named, signedIn, (c) => {
    requireScope(c.var.key, "inference");
    const name = c.req.param("name");
    const model = dependencies.findModel(c.var.key.projectId, name);
    if (model) return c.json(modelObject(model));
    const message = `the model ${name} does not exist in this project, or cannot be called yet: GET /v1/models lists what can`;
    throw new DomainError("NOT_FOUND", message, { field: "model", reason: "model_not_found" });
  });
  // One by one, so that no middleware stands in the way of an inference call.
  for (const path of controlPaths) app.use(path, named, signedIn);
  app.on("DELETE", "/v1/models/:name{.+}", named, signedIn);
  app.route("/v1", control);

  const allowedAt = (path: string) => methods.filter((method) => hasRoute(app, method, path));
  app.notFound((c) => refuseUnknown(c, allowedAt));
  app.onError((error, c) => refuse(c, error));
  return app;
}

function refuse(c: Context<GatewayEnv>, error: unknown): Response {
  const requestId = c.var.requestId ?? newId("request");
  const refusal = refusalOf(error, requestId);
  if (refusal.status === 500) log.error({ err: error, requestId, path: c.req.path }, "gateway.failed");
  c.header("x-request-id", requestId);
  if (refusal.retryAfterSeconds !== null && !c.res.headers.has("retry-after"))
    c.header("retry-after", String(refusal.retryAfterSeconds));
  return sendBody(c, refusal.status, refusal.body);
}

/** With the headers that were set on the way: limits, request id. */
function sendBody(c: Context<GatewayEnv>, status: number, body: OpenAiError): Response {
  c.header("content-type", "application/json");
  c.header("x-content-type-options", "nosniff");
  c.status(status as StatusCode); // safe because every refusal has a status of HTTP
  return c.body(JSON.stringify(body));
}

/** A call that is no inference takes one of the key's places too, until its answer has left or broken off. */
function takePlace(dependencies: Dependencies, key: CallerKey, c: Context<GatewayEnv>) {
  const place = dependencies.reserve(key);
  for (let i = 0; i + 1 < place.headers.length; i += 2) c.header(place.headers[i] ?? "", place.headers[i + 1]);
  if (place.granted) return void c.env.outgoing.once("close", () => place.settle(0));
  c.header("retry-after", String(place.retryAfterSeconds));
  throw new DomainError("LIMITED", place.message);
}

/** As OpenAI: a wrong method is 405 with what is allowed, an unknown address 404, a slash too many included. */
function refuseUnknown(c: Context<GatewayEnv>, allowedAt: (path: string) => string[]): Response {
  const { method, path } = c.req;
  const allowed = allowedAt(path);
  if (allowed.length > 0) {
    c.header("allow", allowed.join(", "));
    c.header("x-request-id", c.var.requestId ?? newId("request"));
    const message = `${method} is not allowed at ${path}: use ${allowed.join(" or ")}`;
    return sendBody(c, 405, openAiError(message, "invalid_request_error", "method_not_allowed"));
  }
  const clean = path.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
  const isThere = (address: string) => allowedAt(address).includes(method);
  const versioned = `/v1${clean.replace(/^(?:\/v1)+(?=\/)/, "")}`;
  const address = clean !== path && isThere(clean) ? `: the address is ${clean}` : "";
  const base = `: the address is ${versioned}, so the client's base URL ends with /v1, once`;
  const meant = !address && isThere(versioned) ? base : address;
  const message = `there is no ${method} ${path} here${meant}`;
  return refuse(c, new DomainError("NOT_FOUND", message, { reason: "unknown_url" }));
}

function hasRoute(app: Hono<GatewayEnv>, method: string, path: string): boolean {
  return app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
}

function modelObject(model: CallableModel) {
  const created = Math.floor(model.createdAt.getTime() / 1_000);
  return { id: model.id, object: "model", created, owned_by: model.ownedBy };
}
