import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type SeenCall = {
  path: string;
  body: Record<string, unknown>;
  authorization: string;
  aborted: boolean;
  requestId: string;
  begun: boolean;
};

export type Upstream = {
  url: string;
  /** every call it got, in order */
  calls: SeenCall[];
  /** break every connection, as a killed host does; it goes on with new ones */
  cut: () => void;
  close: () => Promise<void>;
};

/**
 * A small inference host on a real socket: it speaks the host's wire, answers every call with its own `name`, and
 * does what the last user message says: `slow`, `cut` (dies after two words), `silent-cut` (ends without [DONE]),
 * `error-event`, `error-first`, `refuse` (context_length_exceeded), `busy` (503), `garbage`, `hang`, `late X` (does X after half a second), `move hang` (hangs
 * the first time it comes to any of them), `many N` (N chunks, 1 ms apart).
 */
export async function startUpstream(name = "host"): Promise<Upstream> {
  const calls: SeenCall[] = [];
  const server = createServer((request, response) => void answer(name, calls, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    cut: () => server.closeAllConnections(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const moved = new Set<string>();

async function answer(name: string, calls: SeenCall[], request: IncomingMessage, response: ServerResponse) {
  if (request.url === "/queue") return tellQueue(calls, response);
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const body: Record<string, unknown> = JSON.parse(text);
  const call: SeenCall = {
    path: request.url ?? "",
    body,
    authorization: request.headers.authorization ?? "",
    aborted: false,
    requestId: String(request.headers["x-request-id"]),
    begun: false,
  };
  calls.push(call);
  response.on("close", () => {
    call.aborted = !response.writableFinished;
  });
  let order = orderOf(body);
  if (order.startsWith("late ")) {
    await sleep(500);
    order = order.slice(5);
  }
  if (order === "hang" || (order === "move hang" && !moved.has(call.requestId))) {
    moved.add(call.requestId);
    return;
  }
  call.begun = true;
  if (order === "busy") return refuse(response, 503, "overloaded", "overloaded", "too many are waiting");
  if (order === "refuse") {
    const message = `the prompt of ${String(body.model)} has 5000 tokens, the context 4096`;
    return refuse(response, 400, "invalid_request_error", "context_length_exceeded", message);
  }
  if (order === "garbage") return void response.writeHead(200, { "content-type": "application/json" }).end("<html>");
  const words = order.startsWith("many ") ? many(Number(order.slice(5))) : ["I ", "am ", `${name}.`];
  if (body.stream === true) return stream(body, words, order, response);
  if (order === "slow") await sleep(400);
  const whole = isChat(body) ? { message: { role: "assistant", content: words.join("") } } : { text: words.join("") };
  const reply = {
    ...envelope(body, isChat(body) ? "chat.completion" : "text_completion"),
    choices: [{ index: 0, ...whole, finish_reason: "stop" }],
    usage: usageOf(words.length),
  };
  response.writeHead(200, { "content-type": "application/json", "x-forge-queue-ms": "1.25" });
  response.end(JSON.stringify(reply));
}

/** As the host's own: the calls that wait, in the order in which they came. */
function tellQueue(calls: readonly SeenCall[], response: ServerResponse) {
  const waiting = calls.filter((call) => !call.begun && !call.aborted);
  const positions = Object.fromEntries(waiting.map((call, i) => [call.requestId, i + 1]));
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ positions }));
}

async function stream(body: Record<string, unknown>, words: string[], order: string, response: ServerResponse) {
  const kind = isChat(body) ? "chat.completion.chunk" : "text_completion";
  const send = (value: object) => response.write(`data: ${JSON.stringify({ ...envelope(body, kind), ...value })}\n\n`);
  const one = (content: string, finish: string | null = null) => {
    const piece = isChat(body) ? { delta: content ? { content } : {} } : { text: content };
    send({ choices: [{ index: 0, ...piece, finish_reason: finish }] });
  };
  const counts = { "x-forge-queue-ms": "1.25", "x-forge-prompt-tokens": "7" };
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", ...counts });
  if (order === "error-first") return void response.end(errorEvent());
  if (isChat(body)) send({ choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] });
  for (const [i, word] of words.entries()) {
    if (order === "cut" && i === 2) {
      await sleep(50); // what was written must have left before the socket dies
      return void response.destroy();
    }
    if (order === "silent-cut" && i === 2) return void response.end();
    if (order === "error-event" && i === 2) return void response.end(errorEvent());
    if (order === "slow") await sleep(150);
    if (order.startsWith("many ")) await sleep(1);
    if (response.destroyed) return;
    one(word);
  }
  one("", "stop");
  send({ choices: [], usage: usageOf(words.length) });
  response.end("data: [DONE]\n\n");
}

function errorEvent() {
  const error = { message: "the engine child was killed", type: "server_error", code: "engine_lost", param: null };
  return `data: ${JSON.stringify({ error })}\n\n`;
}

function refuse(response: ServerResponse, status: number, type: string, code: string, message: string) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { message, type, code, param: null } }));
}

function envelope(body: Record<string, unknown>, object: string) {
  return { id: "chatcmpl-1", object, created: 1_700_000_000, model: body.model };
}

function usageOf(words: number) {
  return { prompt_tokens: 7, completion_tokens: words, total_tokens: 7 + words };
}

function many(count: number) {
  return Array.from({ length: count }, (_, i) => `w${i} `);
}

function isChat(body: Record<string, unknown>) {
  return Array.isArray(body.messages);
}

function orderOf(body: Record<string, unknown>): string {
  if (typeof body.prompt === "string") return body.prompt;
  const last: unknown = Array.isArray(body.messages) ? body.messages.at(-1) : null;
  const content = typeof last === "object" && last !== null && "content" in last ? last.content : "";
  return typeof content === "string" ? content : "";
}
