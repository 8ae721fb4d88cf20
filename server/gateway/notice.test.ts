import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
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

let database: Awaited<ReturnType<typeof holdDatabase>>;
let gateway: GatewayProcess;
let client: OpenAI;
let key: string;
let first: Upstream;
let second: Upstream;

beforeAll(async () => {
  database = await holdDatabase();
  const { db, url } = database;
  [first, second] = await Promise.all([startUpstream("first"), startUpstream("second")]);
  const projectId = await addProject(db);
  ({ key } = await addKey(db, projectId));
  const { versionIds } = await addModel(db, projectId, "nano");
  for (const host of [first, second]) await addHost(db, projectId, host.url, versionIds);
  gateway = await startGateway(url, undefined, { FORGE_QUEUE_NOTICE_SECONDS: "0.1" });
  client = clientOf(gateway, key);
});

afterAll(async () => {
  await gateway?.kill("SIGTERM");
  await Promise.all([first?.close(), second?.close()]);
  await database?.release();
});

const bodyOf = (content: string) => ({
  model: "nano",
  messages: [{ role: "user" as const, content }],
  stream: true as const,
});

/** The bytes of a stream as they come, not as a client reads them. */
function rawStream(content: string) {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(bodyOf(content)),
  });
}

test("a stream that waits is opened with a comment that tells its place in the queue, and then answered as ever", async () => {
  const reply = await rawStream("late hello");
  expect(reply.headers.get("content-type")).toContain("text/event-stream");
  expect(reply.headers.get("x-accel-buffering")).toBe("no");
  const text = await reply.text();
  expect(text.startsWith(": queued position=1\n\n")).toBe(true);
  expect(text).toContain('"content":"I "');
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
});

test("the official client reads over the comments", async () => {
  let text = "";
  for await (const chunk of await client.chat.completions.create(bodyOf("late hello")))
    text += chunk.choices[0]?.delta.content ?? "";
  expect(text).toMatch(/^I am (first|second)\.$/);
});

test("a refusal that comes after the comments is an error event, and an error for the official client", async () => {
  const text = await (await rawStream("late refuse")).text();
  const [comment, event] = text.trim().split("\n\n");
  expect(comment).toMatch(/^: queued position=\d+$/);
  expect(JSON.parse(event?.slice("data: ".length) ?? "")).toMatchObject({
    error: { type: "invalid_request_error", code: "context_length_exceeded" },
  });
  const reading = (async () => {
    for await (const _ of await client.chat.completions.create(bodyOf("late refuse")));
  })();
  await expect(reading).rejects.toBeInstanceOf(OpenAI.APIError);
  await expect(reading).rejects.toMatchObject({ code: "context_length_exceeded" });
});

test("a stream that waits moves to another host when its own goes away, within the same answer", async () => {
  const seen = () => [first, second].find(({ calls }) => calls.some((call) => !call.begun && !call.aborted));
  const reply = await rawStream("move hang"); // hangs where it comes first, is answered where it comes then
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader?.read())?.value ?? "";
  expect(text).toMatch(/^: (queued|waiting)/);
  const holder = await until(async () => seen());
  holder.cut();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += part.value;
  expect(text).toContain(holder === first ? "second." : "first.");
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
});
