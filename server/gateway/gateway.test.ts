import { eq } from "drizzle-orm";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requests } from "#db/schema/requests.ts";
import { testSecret } from "#server/deployments/deployments.fixture.ts";
import {
  addDeployment,
  addHost,
  addKey,
  addModel,
  addProject,
  clientOf,
  type GatewayProcess,
  holdDatabase,
  startGateway,
} from "#server/gateway/gateway.fixture.ts";
import { startUpstream, type Upstream } from "#server/gateway/upstream.fixture.ts";
import { until } from "#server/process.fixture.ts";
import { deriveSecret } from "#server/secrets.ts";

let database: Awaited<ReturnType<typeof holdDatabase>>;
let upstream: Upstream;
let gateway: GatewayProcess;
let client: OpenAI;
let key: { id: string; key: string };
let projectId: string;

beforeAll(async () => {
  database = await holdDatabase();
  const { db, url } = database;
  upstream = await startUpstream("host");
  projectId = await addProject(db);
  key = await addKey(db, projectId);
  const { versionIds } = await addModel(db, projectId, "nano");
  await addHost(db, projectId, upstream.url, versionIds);
  await addModel(db, projectId, "choice", 2);
  await addDeployment(db, projectId, "support", [[versionIds[0] ?? "", 10_000]]);
  gateway = await startGateway(url);
  client = clientOf(gateway, key.key);
});

afterAll(async () => {
  await gateway?.kill("SIGTERM");
  await upstream?.close();
  await database?.release();
});

const say = (content: string) => [{ role: "user" as const, content }];

async function recordOf(requestId: string) {
  return until(async () => {
    const [row] = await database.db.select().from(requests).where(eq(requests.id, requestId));
    return row ?? null;
  });
}

describe("the official client", () => {
  test("lists what the project can call", async () => {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    expect(names.sort()).toEqual(["nano", "support"]);
    expect((await client.models.retrieve("choice/2")).id).toBe("choice/2");
  });

  test("gets a whole answer under the name it asked for", async () => {
    const reply = await client.chat.completions.create({ model: "support", messages: say("hello") }).withResponse();
    expect(reply.data.choices[0]?.message.content).toBe("I am host.");
    expect(reply.data.model).toBe("support");
    expect(reply.data.usage?.total_tokens).toBe(10);
    const { headers } = reply.response;
    expect(headers.get("x-forge-deployment")).toBe("support");
    expect(headers.get("x-forge-revision")).toMatch(/^rev_/);
    expect(headers.get("x-forge-model-version")).toBe("nano/1");
    expect(headers.get("x-forge-attempts")).toBe("1");
    expect(headers.get("x-forge-cost-usd")).toBeNull();
    expect(headers.get("x-ratelimit-limit-requests")).toBe("60000");
    const sent = upstream.calls.at(-1);
    expect(sent?.body.model).toMatch(/^base:[0-9a-f]{64}$/);
    expect(sent?.authorization).toBe(`Bearer ${deriveSecret(testSecret, "host").toString("hex")}`);
  });

  test("finds the call in the log with its tokens, times and revision", async () => {
    const reply = await client.chat.completions.create({ model: "support", messages: say("hello") }).withResponse();
    const row = await recordOf(reply.request_id ?? "");
    expect(row).toMatchObject({
      projectId,
      actor: `key:${key.id}`,
      endpoint: "/v1/chat/completions",
      model: "support",
      stream: false,
      status: 200,
      errorCode: null,
      finishReason: "stop",
      attempts: 1,
      promptTokens: 7,
      completionTokens: 3,
      ttftMs: null,
      itlP50Ms: null,
      queueMs: 1.25,
      costUsdNanos: null,
    });
    expect(row.totalMs).toBeGreaterThan(0);
    expect(Math.abs(Date.now() - row.receivedAt.getTime())).toBeLessThan(60_000);
  });

  test("streams, with usage only when it asked for usage", async () => {
    const plain = await client.chat.completions.create({ model: "nano", messages: say("hi"), stream: true });
    const chunks = [];
    for await (const chunk of plain) chunks.push(chunk);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe("I am host.");
    expect(new Set(chunks.map((chunk) => chunk.model))).toEqual(new Set(["nano"]));
    expect(chunks.filter((chunk) => chunk.usage)).toEqual([]);

    const counted = await client.chat.completions.create({
      model: "nano",
      messages: say("hi"),
      stream: true,
      stream_options: { include_usage: true },
    });
    const usages = [];
    for await (const chunk of counted) usages.push([chunk.choices.length, chunk.usage?.completion_tokens ?? null]);
    expect(usages.at(-1)).toEqual([0, 3]);
    expect(usages.slice(0, -1).every(([choices, tokens]) => choices === 1 && tokens === null)).toBe(true);
  });

  test("has its stream's first token and gaps measured", async () => {
    const reply = await client.chat.completions
      .create({ model: "nano", messages: say("slow"), stream: true })
      .withResponse();
    for await (const _ of reply.data);
    const row = await recordOf(reply.request_id ?? "");
    expect(row).toMatchObject({ stream: true, status: 200, promptTokens: 7, completionTokens: 3 });
    expect(row.ttftMs).toBeGreaterThan(140);
    // a machine under load may read two chunks at once, so a gap is only bounded by the whole
    expect(row.itlP50Ms).toBeGreaterThan(0);
    expect(row.itlP50Ms).toBeLessThan((row.totalMs ?? 0) - 140);
    expect(row.totalMs).toBeGreaterThan(440);
  });

  test("uses plain completions", async () => {
    const reply = await client.completions.create({ model: "nano", prompt: "once" });
    expect(reply.choices[0]?.text).toBe("I am host.");
    const stream = await client.completions.create({ model: "nano", prompt: "once", stream: true });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? "";
    expect(text).toBe("I am host.");
  });

  test("leaves in the middle: the host is told, and what was generated is counted", async () => {
    const abort = new AbortController();
    const reply = await client.chat.completions
      .create({ model: "nano", messages: say("many 2000"), stream: true }, { signal: abort.signal })
      .withResponse();
    let seen = 0;
    for await (const _ of reply.data) if (++seen === 5) abort.abort();
    const call = upstream.calls.at(-1);
    await until(async () => call?.aborted ?? false);
    const row = await recordOf(reply.request_id ?? "");
    expect(row).toMatchObject({ status: 499, errorCode: "client_closed_request", promptTokens: 7 });
    expect(row.completionTokens).toBeGreaterThanOrEqual(4);
    expect(row.completionTokens).toBeLessThan(2_000);
  });

  test("with a wrong key is told so", async () => {
    const error = await failure(clientOf(gateway, "lf_wrong").models.list());
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({ status: 401, type: "authentication_error", code: "invalid_api_key" });
    const inference = clientOf(gateway, "lf_wrong").chat.completions.create({ model: "nano", messages: say("x") });
    expect(await failure(inference)).toMatchObject({ status: 401, type: "authentication_error" });
  });

  test("with an unknown model is told what there is to know", async () => {
    const unknown = await failure(client.chat.completions.create({ model: "gpt-9", messages: say("x") }));
    expect(unknown).toBeInstanceOf(OpenAI.NotFoundError);
    expect(unknown).toMatchObject({ status: 404, type: "not_found_error", code: "model_not_found", param: "model" });
    expect(String(unknown)).toContain("GET /v1/models");
    const ambiguous = await failure(client.chat.completions.create({ model: "choice", messages: say("x") }));
    expect(String(ambiguous)).toContain("2 versions and no champion");
    expect(await failure(client.models.retrieve("gpt-9"))).toMatchObject({ status: 404, code: "model_not_found" });
  });

  test("with a prompt longer than the context hears it under the name it used", async () => {
    const error = await failure(client.chat.completions.create({ model: "nano", messages: say("refuse") }));
    expect(error).toMatchObject({ status: 400, type: "invalid_request_error", code: "context_length_exceeded" });
    expect(String(error)).toContain("the prompt of nano has 5000 tokens");
  });
});

describe("a broken host", () => {
  const collect = async (content: string) => {
    const stream = await client.chat.completions.create({ model: "nano", messages: say(content), stream: true });
    let text = "";
    try {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      return { text, error: null };
    } catch (error) {
      return { text, error };
    }
  };

  test.each(["cut", "silent-cut", "error-event"])("that ends a stream by %s never looks like success", async (how) => {
    const { text, error } = await collect(how);
    expect(text).toBe("I am ");
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ type: "server_error" });
  });

  test("sends an error event, and no [DONE] after it", async () => {
    const reply = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "x-api-key": key.key, "content-type": "application/json" },
      body: JSON.stringify({ model: "nano", messages: say("cut"), stream: true }),
    });
    const text = await reply.text();
    expect(reply.status).toBe(200);
    expect(text).not.toContain("[DONE]");
    const last = text.trimEnd().split("\n\n").at(-1) ?? "";
    expect(JSON.parse(last.slice("data: ".length))).toMatchObject({
      error: { type: "server_error", code: "upstream_broken", param: null },
    });
    const row = await recordOf(reply.headers.get("x-request-id") ?? "");
    expect(row).toMatchObject({ status: 502, errorCode: "upstream_broken", attempts: 1 });
    expect(row).toMatchObject({ promptTokens: 7, completionTokens: 2 }); // what they had is counted
  });

  test("that answers nonsense gives 502 after three attempts", async () => {
    const error = await failure(client.chat.completions.create({ model: "nano", messages: say("garbage") }));
    expect(error).toMatchObject({ status: 502, type: "server_error", code: "upstream_broken" });
  });

  test("that is too busy is asked again and then passed on with Retry-After", async () => {
    const before = upstream.calls.length;
    const error = await failure(client.chat.completions.create({ model: "nano", messages: say("busy") }));
    expect(error).toMatchObject({ status: 503, type: "overloaded", code: "overloaded" });
    expect(upstream.calls.length - before).toBe(3);
    if (error instanceof OpenAI.APIError) {
      expect(error.headers?.get("retry-after")).toBe("1");
      expect(error.headers?.get("x-forge-attempts")).toBe("3");
    }
  });
});

describe("a bad request", () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key.key}`, "content-type": "application/json", ...headers },
      body,
    });
  const cases: [body: unknown, param: string | null, message: string][] = [
    [{ messages: say("x") }, "model", "name a model"],
    [{ model: "nano" }, "messages", "give a list of messages"],
    [{ model: "nano", messages: [] }, "messages", "at least one message"],
    [{ model: "nano", messages: [{ role: "robot", content: "x" }] }, "messages[0].role", "must be one of"],
    [{ model: "nano", messages: [...say("x"), { role: "user" }] }, "messages[1].content", "must be a string"],
    [{ model: "nano", messages: say("x"), temperature: 3 }, "temperature", "temperature"],
    [{ model: "nano", messages: say("x"), n: 0 }, "n", "n"],
    [{ model: "nano", messages: say("x"), stop: ["a", "b", "c", "d", "e"] }, "stop", "at most 4"],
    [[], null, "object"],
  ];
  test.each(cases)("%j names its param", async (body, param, message) => {
    const reply = await post(JSON.stringify(body));
    expect(reply.status).toBe(400);
    expect(reply.headers.get("x-request-id")).toMatch(/^req_/);
    const { error } = await reply.json();
    expect(error).toMatchObject({ type: "invalid_request_error", param });
    expect(error.message).toContain(message);
  });

  test("that is not JSON, or empty, or too large says so", async () => {
    expect((await (await post("{")).json()).error.message).toBe("the request body is not valid JSON");
    expect((await (await post("")).json()).error.message).toBe("the request has no body");
    const large = await post("x".repeat(9 * 1024 * 1024)).catch(() => null);
    if (large) expect(large.status).toBe(413);
  });

  test("to an unknown address is OpenAI-shaped too", async () => {
    const reply = await fetch(`${gateway.url}/v1/nothing`, { headers: { "x-api-key": key.key } });
    expect(reply.status).toBe(404);
    expect((await reply.json()).error).toMatchObject({ type: "not_found_error", code: "unknown_url" });
  });

  test("with a key of another scope is FORBIDDEN, and so is a pin without deployments:read", async () => {
    const reader = await addKey(database.db, projectId, ["datasets:read"]);
    const refused = await until(async () => {
      const error = await failure(
        clientOf(gateway, reader.key).chat.completions.create({ model: "nano", messages: say("x") }),
      );
      return error instanceof OpenAI.PermissionDeniedError ? error : null;
    });
    expect(refused).toMatchObject({ status: 403, type: "permission_error" });
    const pinned = await post(JSON.stringify({ model: "support", messages: say("x") }), { "x-forge-revision": "1" });
    expect(pinned.status).toBe(403);
  });
});

test("/health, /ready and /metrics answer, and name their request as every response does", async () => {
  for (const path of ["/health", "/ready", "/metrics"]) {
    expect((await fetch(`${gateway.url}${path}`)).headers.get("x-request-id")).toMatch(/^req_/);
  }
  expect(await (await fetch(`${gateway.url}/health`)).json()).toEqual({ status: "ok" });
  const ready = await (await fetch(`${gateway.url}/ready`)).json();
  expect(ready).toMatchObject({ status: "ready", postgres: "up", liveHosts: 1 });
  const scraper = await addKey(database.db, projectId, ["admin"]);
  const headers = { authorization: `Bearer ${scraper.key}` };
  const scraped = await until(async () => {
    const reply = await fetch(`${gateway.url}/metrics`, { headers });
    return reply.ok ? reply : null;
  });
  const metrics = await scraped.text();
  expect(metrics).toContain('forge_gateway_requests_total{endpoint="/v1/chat/completions",status="200",stream="true"}');
  expect(metrics).toContain("forge_gateway_time_to_first_token_seconds_bucket");
  expect(metrics).not.toContain(key.key);
});

async function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}
