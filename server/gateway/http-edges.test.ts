import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requests } from "#db/schema/requests.ts";
import {
  addHost,
  addKey,
  addModel,
  addProject,
  type GatewayProcess,
  holdDatabase,
  startGateway,
} from "#server/gateway/gateway.fixture.ts";
import { startUpstream, type Upstream } from "#server/gateway/upstream.fixture.ts";
import { until } from "#server/process.fixture.ts";

let database: Awaited<ReturnType<typeof holdDatabase>>;
let upstream: Upstream;
let gateway: GatewayProcess;
let key: string;

const page = "https://app.example.com";

beforeAll(async () => {
  database = await holdDatabase();
  const { db, url } = database;
  upstream = await startUpstream();
  const projectId = await addProject(db);
  key = (await addKey(db, projectId, ["admin"])).key;
  const { versionIds } = await addModel(db, projectId, "nano");
  await addHost(db, projectId, upstream.url, versionIds);
  gateway = await startGateway(url, undefined, { FORGE_CORS_ORIGINS: page });
});

afterAll(async () => {
  await gateway?.kill("SIGTERM");
  await upstream?.close();
  await database?.release();
});

const call = (method: string, path: string, init: { body?: BodyInit; headers?: Record<string, string> } = {}) =>
  fetch(`${gateway.url}${path}`, {
    method,
    ...init,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...init.headers },
  });
const chat = (body: BodyInit, headers: Record<string, string> = {}) =>
  call("POST", "/v1/chat/completions", { body, headers });
const said = JSON.stringify({ model: "nano", messages: [{ role: "user", content: "hello" }] });
const errorOf = async (reply: Response) => (await reply.json()).error;

describe("an address", () => {
  test("asked with a method it does not know is 405, and says which it does", async () => {
    for (const [method, path, allow] of [
      ["GET", "/v1/chat/completions", "POST"],
      ["PUT", "/v1/models", "GET"],
      ["PATCH", "/v1/files/file-1", "GET, DELETE"],
      ["DELETE", "/v1/fine_tuning/jobs", "GET, POST"],
      ["OPTIONS", "/v1/chat/completions", "POST"],
    ] as const) {
      const reply = await call(method, path);
      expect([path, reply.status, reply.headers.get("allow")]).toEqual([path, 405, allow]);
      expect(await errorOf(reply)).toMatchObject({ type: "invalid_request_error", code: "method_not_allowed" });
    }
  });

  test("with a slash too many is unknown, as at OpenAI, and the right one is named", async () => {
    for (const path of ["/v1/chat/completions/", "/v1//chat/completions", "//v1/chat/completions"]) {
      const reply = await call("POST", path, { body: said });
      expect(reply.status).toBe(404);
      const { message, code } = await errorOf(reply);
      expect(code).toBe("unknown_url");
      expect(message).toContain("the address is /v1/chat/completions");
    }
    for (const path of ["/chat/completions", "/v1/v1/chat/completions", "/chat/completions/"]) {
      const { message } = await errorOf(await call("POST", path, { body: said }));
      expect(message).toContain("the address is /v1/chat/completions, so the client's base URL ends with /v1, once");
    }
    expect((await errorOf(await call("POST", "/nothing"))).message).toBe("there is no POST /nothing here");
    expect((await call("GET", "/v1/files/")).status).toBe(404);
    expect((await call("GET", "/v1/models/")).status).toBe(404);
  });

  test("with a NUL in it is refused", async () => {
    for (const path of ["/v1/files/%00", "/v1/files?after=%00", "/v1/fine_tuning/jobs/a%00b", "/v1/models/%00"])
      expect([path, (await call("GET", path)).status]).toEqual([path, 400]);
  });
});

describe("a browser's page", () => {
  const preflight = { origin: page, "access-control-request-method": "POST" };

  test("of a named origin may call, after its preflight", async () => {
    const asked = { ...preflight, "access-control-request-headers": "authorization,x-stainless-os" };
    const before = await fetch(`${gateway.url}/v1/chat/completions`, { method: "OPTIONS", headers: asked });
    expect(before.status).toBe(204);
    expect(before.headers.get("access-control-allow-origin")).toBe(page);
    expect(before.headers.get("access-control-allow-headers")).toBe("authorization,x-stainless-os");
    expect(before.headers.get("access-control-allow-credentials")).toBeNull();
    for (const reply of [
      await chat(said, { origin: page }),
      await call("GET", "/v1/models", { headers: { origin: page } }),
    ]) {
      expect(reply.status).toBe(200);
      expect(reply.headers.get("access-control-allow-origin")).toBe(page);
      expect(reply.headers.get("access-control-expose-headers")).toContain("x-request-id");
      expect(reply.headers.get("vary")).toBe("origin");
    }
  });

  test("of another origin may not", async () => {
    const origin = "https://evil.example.com";
    const before = await fetch(`${gateway.url}/v1/models`, { method: "OPTIONS", headers: { ...preflight, origin } });
    expect(before.status).toBe(405);
    expect(before.headers.get("access-control-allow-origin")).toBeNull();
    expect((await chat(said, { origin })).headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("a body", () => {
  test("in gzip is read, and bounded by what it unpacks to", async () => {
    const packed = { "content-encoding": "gzip" };
    expect((await chat(gzipSync(said), packed)).status).toBe(200);
    const bomb = await chat(gzipSync(Buffer.alloc(40 * 1024 * 1024, 0x20)), packed);
    expect([bomb.status, (await errorOf(bomb)).code]).toEqual([413, "request_too_large"]);
    const broken = await chat(said, packed);
    expect([broken.status, (await errorOf(broken)).message]).toEqual([400, "the request body is not valid gzip"]);
    const other = await chat(said, { "content-encoding": "br" });
    expect([other.status, (await errorOf(other)).message]).toEqual([
      400,
      "the content-encoding br is not supported: send gzip or none",
    ]);
  });

  test("that is not UTF-8 is refused, never mended in silence", async () => {
    const latin1 = Buffer.from(said.replace("hello", "caf\u00e9"), "latin1");
    const reply = await chat(latin1);
    expect([reply.status, (await errorOf(reply)).message]).toEqual([400, "the request body is not valid UTF-8"]);
  });

  test("nested too deep is refused wherever the depth stands", async () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
    const metadata = said.replace("{", `{"metadata":${nested(6_000)},`);
    for (const reply of [
      await chat(metadata),
      await chat(`{"messages":${nested(200_000)}}`),
      await call("POST", "/v1/feedback", { body: nested(100_000) }),
      await call("POST", "/v1/fine_tuning/jobs", { body: nested(65) }),
    ]) {
      expect(reply.status).toBe(400);
      expect((await errorOf(reply)).message).toBe("the JSON is nested deeper than 64 levels");
    }
  });

  test("with a text that cannot be stored is refused where it would be stored", async () => {
    const requestId = `req_${"0".repeat(26)}`;
    for (const comment of ["a\u0000b", "\ud800"]) {
      const reply = await call("POST", "/v1/feedback", { body: JSON.stringify({ request_id: requestId, comment }) });
      expect(reply.status).toBe(400);
      expect(await errorOf(reply)).toMatchObject({ param: "comment" });
    }
  });
});

test("half a character in a model's name, or one that the log's column halves, loses no row of the log", async () => {
  const names = ["\ud800", "a\u0000b", `${"x".repeat(255)}😀`];
  const ids: string[] = [];
  for (const model of [...names, "nano"]) {
    const reply = await chat(JSON.stringify({ model, messages: [{ role: "user", content: "hello" }] }));
    if (model.length <= 256) expect(reply.status).toBe(model === "nano" ? 200 : 404);
    ids.push(reply.headers.get("x-request-id") ?? "");
  }
  for (const id of ids)
    await until(async () => (await database.db.select().from(requests).where(eq(requests.id, id))).length === 1);
  const metrics = await (await call("GET", "/metrics")).text();
  expect(metrics).toContain("forge_gateway_spool_refused_rows_total 0");
});

test("a good key beside a bad one is told which is wrong", async () => {
  const reply = await call("GET", "/v1/models", { headers: { "x-api-key": "lf_wrong" } });
  expect(reply.status).toBe(401);
  expect((await errorOf(reply)).message).toMatch(/^the API key in x-api-key is not known/);
  const swapped = await chat(said, { authorization: "Bearer lf_wrong", "x-api-key": key });
  expect((await errorOf(swapped)).message).toMatch(/^the API key in Authorization is not known/);
});

test("an unknown or deleted `after` is not page one", async () => {
  const form = new FormData();
  form.set("purpose", "batch");
  form.set("file", new File(['{"a":1}\n'], "a.jsonl"));
  const made = await fetch(`${gateway.url}/v1/files`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: form,
  });
  const { id } = await made.json();
  expect((await call("GET", `/v1/files?after=${id}`)).status).toBe(200);
  await call("DELETE", `/v1/files/${id}`);
  for (const path of [
    `/v1/files?after=${id}`,
    "/v1/files?after=file-nothing",
    "/v1/fine_tuning/jobs?after=ftjob-nothing",
  ]) {
    const reply = await call("GET", path);
    expect([path, reply.status]).toEqual([path, 404]);
    expect(await errorOf(reply)).toMatchObject({ type: "not_found_error", param: "after" });
  }
});

test("/metrics needs a key with admin, from this machine too, unless it is set open", async () => {
  expect((await fetch(`${gateway.url}/metrics`)).status).toBe(401);
  expect((await call("GET", "/metrics")).status).toBe(200);
  expect(readFileSync("docs/settings.md", "utf8")).toContain("FORGE_METRICS");
});

test("a call that is no inference is counted against its key's limits too", async () => {
  for (const path of ["/v1/files", "/v1/models", "/v1/models/nano", "/v1/fine_tuning/jobs"]) {
    const left = (await call("GET", path)).headers.get("x-ratelimit-remaining-requests");
    expect(Number(left ?? Number.NaN)).toBeLessThan(60_000);
  }
});

test("every answer forbids the browser to guess its type", async () => {
  for (const reply of [
    await chat(said),
    await call("GET", "/v1/models"),
    await call("GET", "/nowhere"),
    await chat("{"),
  ])
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
});
