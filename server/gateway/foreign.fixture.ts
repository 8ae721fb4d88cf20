import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { DomainError } from "#server/errors.ts";
import { sseParser } from "#server/inference/client/sse.ts";
import type { Ask, Dialect, ReadChunk, Target } from "#server/inference/client/target.ts";

/** The Anthropic-like wire of `startForeign`: other path, other words for roles, ends, counts and errors. */
const Asked = z.object({
  model: z.string(),
  system: z.string(),
  max_tokens: z.number(),
  stream: z.boolean(),
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() })),
});
const Counts = z.object({ input_tokens: z.number(), output_tokens: z.number() });
const Whole = z.object({
  id: z.string(),
  content: z.array(z.object({ type: z.literal("text"), text: z.string() })),
  stop_reason: z.enum(["end_turn", "max_tokens"]),
  usage: Counts,
});
const Failed = z.object({ type: z.literal("error"), error: z.object({ type: z.string(), message: z.string() }) });
const Event = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message_start"), message: z.object({ id: z.string(), usage: Counts }) }),
  z.object({ type: z.literal("content_block_delta"), delta: z.object({ text: z.string() }) }),
  z.object({ type: z.literal("message_delta"), delta: Whole.pick({ stop_reason: true }), usage: Counts.partial() }),
  z.object({ type: z.literal("message_stop") }),
  z.object({ type: z.literal("ping") }),
  Failed,
]);
const finishReasons = { end_turn: "stop", max_tokens: "length" } as const;
const Text = z.object({ role: z.string(), content: z.string() });

/** All that the gateway is told of that wire. */
const foreignDialect: Dialect = {
  encode: ({ body, model, stream }) => {
    const texts = z.array(Text).safeParse(body.messages);
    if (!texts.success) throw new DomainError("INVALID", "messages: texts only", { field: "messages" });
    const messages = texts.data;
    const asked: z.infer<typeof Asked> = {
      model,
      stream,
      max_tokens: body.max_tokens ?? 1_024,
      system: messages.flatMap(({ role, content }) => (role === "system" ? [content] : [])).join("\n"),
      messages: messages.flatMap(({ role, content }) =>
        role === "system" ? [] : [{ role: role === "assistant" ? "assistant" : "user", content }],
      ),
    };
    return { path: "/v1/messages", headers: ["wire-version", "1"], body: JSON.stringify(asked) };
  },
  stream: { contentType: "text/event-stream", parser: sseParser },
  readChunk: (ask) => {
    let id = "";
    let promptTokens = 0;
    return (text) => {
      const event = Event.parse(JSON.parse(text));
      const envelope = { id, object: "chat.completion.chunk", created: 0, model: ask.askedModel };
      const delta = (delta: object, finish: string | null = null) =>
        JSON.stringify({ ...envelope, choices: [{ index: 0, delta, finish_reason: finish }] });
      switch (event.type) {
        case "message_start":
          id = event.message.id;
          envelope.id = id;
          promptTokens = event.message.usage.input_tokens;
          return { ...nothing, send: [delta({ role: "assistant", content: "" })] };
        case "content_block_delta":
          return { ...nothing, send: [delta({ content: event.delta.text })], content: [0] };
        case "message_delta": {
          const usage = { promptTokens, completionTokens: event.usage.output_tokens ?? 0 };
          const finishReason = finishReasons[event.delta.stop_reason];
          const last = JSON.stringify({ ...envelope, choices: [], usage: openAiUsage(usage) });
          return {
            ...nothing,
            send: [delta({}, finishReason), ...(ask.includeUsage ? [last] : [])],
            finishReason,
            usage,
          };
        }
        case "message_stop":
          return { ...nothing, done: true };
        case "error":
          return { ...nothing, error: complaintOf(event) };
        case "ping":
          return nothing;
      }
    };
  },
  readReply: (text, { askedModel }: Ask) => {
    const { id, content, stop_reason, usage: counts } = Whole.parse(JSON.parse(text));
    const finishReason = finishReasons[stop_reason];
    const usage = { promptTokens: counts.input_tokens, completionTokens: counts.output_tokens };
    const message = { role: "assistant", content: content.map((part) => part.text).join(""), refusal: null };
    const choices = [{ index: 0, message, finish_reason: finishReason }];
    const reply = { id, object: "chat.completion", created: 0, model: askedModel, choices, usage: openAiUsage(usage) };
    return { body: JSON.stringify(reply), finishReason, usage };
  },
  classify: ({ status, retryAfter, text }) => ({
    status: status === 529 ? 503 : status,
    error: complaintOf(Failed.parse(JSON.parse(text))),
    retryAfterSeconds: retryAfter === null ? null : Number(retryAfter),
  }),
};

const nothing: ReadChunk = { send: [], content: [], finishReason: null, usage: null, error: null, done: false };

function openAiUsage({ promptTokens, completionTokens }: { promptTokens: number; completionTokens: number }) {
  const total = promptTokens + completionTokens;
  return { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: total };
}

function complaintOf({ error }: z.infer<typeof Failed>) {
  const type = error.type === "overloaded_error" ? "overloaded" : error.type;
  return { message: error.message, type, code: null, param: null };
}

export type Foreign = {
  target: Target;
  calls: { headers: IncomingMessage["headers"]; body: z.infer<typeof Asked> }[];
  close: () => Promise<void>;
};

/**
 * A small server that speaks this wire only, and the target that reaches it. It does what the last message says:
 * `overloaded` (529), `forbidden` (401), `break` (an error event after a word); else it answers in three words.
 */
export async function startForeign(id = "up_1"): Promise<Foreign> {
  const calls: Foreign["calls"] = [];
  const server = createServer((request, response) => void answer(calls, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  const target: Target = {
    id,
    kind: "upstream",
    origin,
    dialect: foreignDialect,
    auth: ({ body }) => ["x-secret", "s3cret", "x-signed-bytes", String(Buffer.byteLength(body))],
    timeouts: { connectMs: 2_000, firstByteMs: 10_000, silenceMs: 10_000 },
    limits: { connections: 8, replyBytes: 1024 * 1024 },
  };
  return {
    target,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(calls: Foreign["calls"], request: IncomingMessage, response: ServerResponse) {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const json = (status: number, value: object) =>
    response.writeHead(status, { "content-type": "application/json", "retry-after": "3" }).end(JSON.stringify(value));
  const failed = (type: string, message: string) => ({ type: "error", error: { type, message } });
  if (request.url !== "/v1/messages") return json(404, failed("not_found_error", "no such address"));
  const body = Asked.parse(JSON.parse(text));
  calls.push({ headers: request.headers, body });
  const order = body.messages.at(-1)?.content;
  if (order === "overloaded") return json(529, failed("overloaded_error", `${body.model} is overloaded`));
  if (order === "forbidden") return json(401, failed("authentication_error", "invalid x-secret"));
  const words = ["I ", "am ", "foreign."];
  const usage = { input_tokens: 11, output_tokens: words.length };
  if (!body.stream)
    return json(200, {
      id: "msg_1",
      content: [{ type: "text", text: words.join("") }],
      stop_reason: "end_turn",
      usage,
    });
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  const send = (event: { type: string; [field: string]: unknown }) =>
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  send({ type: "message_start", message: { id: "msg_1", usage: { ...usage, output_tokens: 0 } } });
  send({ type: "ping" });
  for (const word of words) {
    send({ type: "content_block_delta", delta: { text: word } });
    if (order === "break") return void response.end(`data: ${JSON.stringify(failed("api_error", "it broke"))}\n\n`);
  }
  send({ type: "message_delta", delta: { stop_reason: "max_tokens" }, usage: { output_tokens: words.length } });
  send({ type: "message_stop" });
  response.end();
}
