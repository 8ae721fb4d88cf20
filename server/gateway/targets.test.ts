import { createServer } from "node:http";
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DomainError } from "#server/errors.ts";
import { openTestGateway } from "#server/gateway/app.fixture.ts";
import { type Foreign, startForeign } from "#server/gateway/foreign.fixture.ts";
import { plainRetries } from "#server/gateway/retry.rule.ts";
import { startUpstream, type Upstream } from "#server/gateway/upstream.fixture.ts";
import { hostTargets } from "#server/inference/client/host-target.ts";
import { until } from "#server/process.fixture.ts";

type Gateway = Awaited<ReturnType<typeof openTestGateway>>;

const hostTarget = hostTargets("secret");
let foreign: Foreign;
let one: Upstream;
let two: Upstream;
const gateways: Gateway[] = [];

async function open(...given: Parameters<typeof openTestGateway>) {
  const gateway = await openTestGateway(...given);
  gateways.push(gateway);
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "k", maxRetries: 0 });
  const ask = (content: string) => ({
    model: "support",
    messages: [
      { role: "system" as const, content: "Be brief." },
      { role: "user" as const, content },
    ],
  });
  return { ...gateway, client, ask };
}

beforeAll(async () => {
  foreign = await startForeign();
  one = await startUpstream("one");
  two = await startUpstream("two");
});
beforeEach(() => {
  for (const { calls } of [foreign, one, two]) calls.length = 0;
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await foreign.close();
  await one.close();
  await two.close();
});

test("an upstream of another dialect answers an OpenAI client, with only a dialect added", async () => {
  const { client, ask, records } = await open([foreign.target]);
  const reply = await client.chat.completions.create({ ...ask("hi"), max_tokens: 5 });
  expect(reply.choices[0]).toMatchObject({ message: { content: "I am foreign." }, finish_reason: "stop" });
  expect(reply).toMatchObject({ model: "support", usage: { prompt_tokens: 11, completion_tokens: 3 } });
  const [call] = foreign.calls;
  expect(call?.body).toMatchObject({ system: "Be brief.", max_tokens: 5, messages: [{ role: "user", content: "hi" }] });
  expect(call?.headers).toMatchObject({ "x-secret": "s3cret", "wire-version": "1" });
  expect(call?.headers["x-signed-bytes"]).toBe(call?.headers["content-length"]);
  expect(Object.keys(call?.headers ?? {})).not.toContain("x-forge-project-id");
  expect(call?.headers.authorization).toBeUndefined();
  expect(records).toMatchObject([
    { status: 200, prompt_tokens: 11, completion_tokens: 3, finish_reason: "stop", tries: [{ host_id: "up_1" }] },
  ]);
});

test("its stream is OpenAI's to the caller, and is timed and counted like any other", async () => {
  const { client, ask, records } = await open([foreign.target]);
  const stream = await client.chat.completions.create({
    ...ask("hi"),
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  const ends: (string | null)[] = [];
  let usage: unknown;
  for await (const chunk of stream) {
    expect(chunk).toMatchObject({ id: "msg_1", model: "support" });
    text += chunk.choices[0]?.delta.content ?? "";
    if (chunk.choices[0]?.finish_reason) ends.push(chunk.choices[0].finish_reason);
    usage = chunk.usage ?? usage;
  }
  expect({ text, ends, usage }).toMatchObject({
    text: "I am foreign.",
    ends: ["length"],
    usage: { prompt_tokens: 11, completion_tokens: 3 },
  });
  expect(records).toMatchObject([{ status: 200, stream: true, finish_reason: "length", completion_tokens: 3 }]);
  expect(records[0]?.ttft_ms).toBeGreaterThan(0);
});

test("its refusals and errors come in OpenAI's words, and decide whether the call moves to another target", async () => {
  const alone = await open([foreign.target]);
  await expect(alone.client.chat.completions.create(alone.ask("overloaded"))).rejects.toMatchObject({
    status: 503,
    type: "overloaded",
    message: expect.stringContaining("support is overloaded"),
    headers: expect.toSatisfy((headers: Headers) => headers.get("retry-after") === "3"),
  });
  expect(foreign.calls).toHaveLength(3);
  const broken = await alone.post("/v1/chat/completions", { ...alone.ask("break"), stream: true });
  const text = await broken.text();
  expect(text).toContain("it broke");
  expect(text).not.toContain("[DONE]");
  expect(alone.records.map(({ status }) => status)).toEqual([503, 502]);

  const mixed = await open([foreign.target, hostTarget({ id: "host_1", origin: one.url })]);
  const moved = await mixed.client.chat.completions.create(mixed.ask("forbidden")).asResponse();
  expect(moved.headers.get("x-forge-attempts")).toBe("2");
  expect(await moved.json()).toMatchObject({ choices: [{ message: { content: "I am one." } }] });
  expect(mixed.records[0]?.tries).toMatchObject([
    { host_id: "up_1", status: 502, error_code: "upstream_auth" },
    { host_id: "host_1", status: 200 },
  ]);
  expect(one.calls[0]?.body).toMatchObject({ messages: [{ role: "system" }, { role: "user" }] });
});

test("what its wire has no words for is refused by the dialect, with the field and unsent", async () => {
  const { post, ask, records } = await open([foreign.target]);
  const picture = { role: "user", content: [{ type: "image_url", image_url: { url: "http://x/y.png" } }] };
  const refused = await post("/v1/chat/completions", { ...ask("hi"), messages: [picture] });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ error: { param: "messages", type: "invalid_request_error" } });
  expect(foreign.calls).toHaveLength(0);
  expect(records).toMatchObject([{ status: 400 }]);
});

test("a hedged call is answered by whoever speaks first, and the other is given up", async () => {
  let given = 0;
  const silent = createServer((_request, response) => response.on("close", () => given++));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  const targets = [hostTarget({ id: "host_1", origin }), hostTarget({ id: "host_2", origin: two.url })];
  const places = targets.map((target) => ({ target, model: "base:ab" }));
  const version = { id: "mv_1", name: "support/3", price: null };
  const policy = { ...plainRetries, hedgeAfterMs: 50 };
  const hedged = await open(targets, {
    route: () => ({ deployment: null, revision: null, version, places, policy }),
  });
  for (const stream of [true, false]) {
    hedged.records.length = 0;
    const reply = await hedged.post("/v1/chat/completions", { ...hedged.ask("hi"), stream });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain("two.");
    expect(hedged.records).toMatchObject([{ status: 200, attempts: 2 }]);
    expect(hedged.records[0]?.tries).toMatchObject([
      { host_id: "host_1", status: 499, error_code: "overtaken" },
      { host_id: "host_2", status: 200 },
    ]);
  }
  await until(async () => given === 2);
  silent.close();
});

test("a caller who leaves while the name is looked up costs no target anything", async () => {
  const target = hostTarget({ id: "host_1", origin: one.url });
  const caller = new Socket();
  let isKnown = false;
  const { url, ask, records } = await open([target], {
    route: () => {
      if (!isKnown) throw new DomainError("NOT_FOUND", "there is no model support");
      const version = { id: "mv_1", name: "support/3", price: null };
      const places = [{ target, model: "base:ab" }];
      return { deployment: null, revision: null, version, places, policy: plainRetries };
    },
    confirm: async () => {
      caller.resetAndDestroy();
      await sleep(100); // until the gateway's side has heard of it
      isKnown = true;
    },
  });
  const body = JSON.stringify(ask("hi"));
  caller.connect(Number(new URL(url).port), "127.0.0.1");
  caller.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n`);
  caller.write(`content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await until(async () => records.length === 1);
  expect(records).toMatchObject([{ status: 499, error_code: "client_closed_request", attempts: 0, tries: [] }]);
  expect(one.calls).toHaveLength(0);
});
