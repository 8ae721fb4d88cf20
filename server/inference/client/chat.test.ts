import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import { chat, streamChat } from "#server/inference/client/chat.ts";
import { engineRef, parseEngineRef } from "#server/inference/client/ref.ts";
import { UpstreamError } from "#server/inference/client/wire.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A real upstream on a real socket, so that cuts and aborts are real too. */
async function upstream(listener: RequestListener) {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, bearer: "k" };
}

const body = { model: "m", messages: [{ role: "user" as const, content: "hi" }] };
const chunk = (text: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}\n\n`;
const end = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } })}\n\ndata: [DONE]\n\n`;

async function failure(run: () => Promise<unknown>): Promise<UpstreamError> {
  const error = await run().then(
    () => null,
    (cause: unknown) => cause,
  );
  if (error instanceof UpstreamError) return error;
  throw new Error(`expected an UpstreamError, got ${String(error)}`);
}

async function all(target: { url: string; bearer: string }, signal?: AbortSignal) {
  const events = [];
  for await (const event of streamChat(target, body, { signal })) events.push(event);
  return events;
}

test("a stream gives its content as it comes and its numbers at the end", async () => {
  const target = await upstream((_, response) => {
    response.writeHead(200, { "x-forge-queue-ms": "1.5" });
    response.end(chunk("Hel") + chunk("lo") + end);
  });
  const events = await all(target);
  expect(events.map((event) => event.type)).toEqual(["content", "content", "finish", "done"]);
  const last = events.at(-1);
  expect(last).toMatchObject({
    result: { text: "Hello", finishReason: "stop", queueMs: 1.5, usage: { total_tokens: 5 } },
  });
});

test("a stream that breaks off, errs or never says done is an error, never a short answer", async () => {
  const cut = await upstream((_, response) => {
    response.writeHead(200);
    response.write(chunk("Hel"));
    setTimeout(() => response.destroy(), 20);
  });
  expect((await failure(() => all(cut))).message).toContain("broke off");
  const silent = await upstream((_, response) => response.end(chunk("Hel")));
  expect((await failure(() => all(silent))).message).toContain("without [DONE]");
  const erring = await upstream((_, response) =>
    response.end(`${chunk("a")}data: {"error":{"message":"died","type":"server_error"}}\n\n`),
  );
  expect((await failure(() => all(erring))).body).toMatchObject({ message: "died", type: "server_error" });
});

test("a refusal keeps its status, code and the time to wait", async () => {
  const target = await upstream((_, response) => {
    response.writeHead(503, { "retry-after": "2" });
    response.end(JSON.stringify({ error: { message: "full", type: "overloaded", code: "overloaded", param: null } }));
  });
  const error = await failure(() => chat(target, body));
  expect(error).toMatchObject({ status: 503, retryAfterMs: 2_000, body: { code: "overloaded" } });
  const html = await upstream((_, response) => response.writeHead(502).end("<html>"));
  expect((await failure(() => chat(html, body))).body.code).toBe("bad_upstream");
});

test("nobody there is an upstream error, an abort is an abort and reaches the upstream", async () => {
  const nobody = await failure(() => chat({ url: "http://127.0.0.1:9", bearer: "k" }, body));
  expect(nobody).toMatchObject({ status: 0, body: { code: "upstream_unreachable" } });
  const left = Promise.withResolvers<void>();
  const target = await upstream((_, response) => {
    response.on("close", () => left.resolve());
    response.writeHead(200);
    response.write(chunk("Hel"));
  });
  const gone = new AbortController();
  const reading = all(target, gone.signal);
  setTimeout(() => gone.abort(), 50);
  await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  await left.promise;
});

test("leaving the loop early closes the connection", async () => {
  const left = Promise.withResolvers<void>();
  const target = await upstream((_, response) => {
    response.on("close", () => left.resolve());
    response.writeHead(200);
    response.write(chunk("a"));
  });
  for await (const event of streamChat(target, body)) if (event.type === "content") break;
  await left.promise;
});

test("an engine reference is read back as it was written", () => {
  const [baseSha, adapterSha, probeSha] = ["a", "b", "c"].map((letter) => letter.repeat(64));
  if (!baseSha || !adapterSha || !probeSha) throw new Error("three digests");
  for (const ref of [
    { baseSha, adapterSha: null, probeSha: null },
    { baseSha, adapterSha, probeSha: null },
    { baseSha, adapterSha, probeSha },
  ])
    expect(parseEngineRef(engineRef(ref))).toEqual(ref);
  expect(() => parseEngineRef("nano")).toThrow("not an engine reference");
  expect(() => parseEngineRef(`base:${baseSha}+probe:${probeSha}`)).toThrow("not an engine reference");
});
