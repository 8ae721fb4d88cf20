import { createServer, request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStack, type Route, type Stack } from "#bench/fuzz/stack.ts";
import { DomainError, errorCodes } from "#server/errors.ts";
import { receiveForm } from "#server/gateway/control/files/multipart.ts";
import { addProject, holdDatabase } from "#server/gateway/gateway.fixture.ts";
import { cutUnreadBody } from "#server/http/unread-body.ts";
import { createKey } from "#server/keys/create.ts";
import { until } from "#server/process.fixture.ts";

const mib = 1024 * 1024;
/** what a connection may hold in its buffers beyond what its reader wants */
const slack = mib / 2;

let database: Awaited<ReturnType<typeof holdDatabase>>;
let stack: Stack;
let projectId: string;

beforeAll(async () => {
  database = await holdDatabase();
  stack = await openStack(database.url, { concurrent: 1 });
  projectId = await addProject(stack.db);
});

afterAll(async () => {
  await stack?.close();
  await database?.release();
});

/** A key of its own for each call: a key has one place here. */
async function freshKey(): Promise<string> {
  const ctx = { db: stack.db, projectId, actor: "system:test" as const, enqueue: () => {}, role: "admin" as const };
  return (await createKey(ctx, { name: "walk", scopes: ["admin"], expiresInDays: null })).key;
}

type Answer = { status: number; body: string };

/** Send blanks in chunks, without a length, until the server has had enough or `most` bytes are written. */
function sendOn(
  url: string,
  method: string,
  headers: Record<string, string>,
  most: number,
  start = "",
): Promise<Answer> {
  const chunk = Buffer.alloc(64 * 1024, 0x20);
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answer: Answer | null = null;
    const call = request(url, { method, headers: { ...headers, "transfer-encoding": "chunked" }, agent: false });
    call.on("response", (response) => {
      let body = "";
      response.on("data", (part) => {
        body += part;
      });
      response.on("end", () => {
        answer = { status: response.statusCode ?? 0, body };
        resolve(answer);
        call.destroy();
      });
      response.on("error", reject);
    });
    call.on("error", (error) => answer ?? reject(error)); // we are cut off, after the answer
    const write = () => {
      while (sent < most && !call.destroyed) {
        sent += chunk.length;
        if (!call.write(chunk)) return void call.once("drain", write);
      }
      if (!call.destroyed) call.end();
    };
    call.write(start || " ");
    write();
  });
}

const filled = (path: string) =>
  path
    .replace("[...nextauth]", "callback/credentials")
    .replace("[part]", "train")
    .replace("[trpc]", "people.renameMe")
    .replace(/\[[^\]]+\]|:[^/]+/g, "x");

/** Limits by path; whatever is not named reads no more than a small form. */
const limits: [RegExp, number][] = [
  [/^gateway \/v1\/(chat\/)?completions$/, 32 * mib],
  [/^gateway /, mib],
  [/^host /, 8 * mib],
  [/^console \/api\/(trpc|playground)/, 4 * mib],
  [/^console /, mib],
];

/** Those that read a body before they look anything up. */
const readers = [
  /^gateway POST \/v1\/(chat\/completions|completions|feedback|fine_tuning\/jobs|uploads)$/,
  /^host POST /,
  /^console POST \/api\/(auth|trpc|uploads$|playground)/,
];

test("every route of gateway, host and console has a limit, and reads no further", async () => {
  const servers = ["gateway", "host", "console"] as const;
  const all = servers.flatMap((server) => stack.routes[server].map((route: Route) => ({ server, ...route })));
  // what next-auth answers it can only answer inside Next; its POST is refused before
  const routes = all.filter(({ method, path }) => !(path.startsWith("/api/auth/") && method === "GET"));
  expect(routes.length).toBeGreaterThan(30);
  const slug = `p-${projectId.slice(-8)}`;
  const walk = routes.map(async ({ server, method, path }) => {
    const call = `${server} ${method} ${path}`;
    const most = limits.find(([pattern]) => pattern.test(`${server} ${path}`))?.[1] ?? 0;
    const token = { gateway: await freshKey(), host: stack.bearer, console: stack.adminKey }[server];
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "x-fuzz-call": call,
      "x-forge-project": slug,
      "sec-fetch-site": "same-origin",
    };
    const url = `${stack.urls[server]}${filled(path)}`;
    const { status, body } = await sendOn(url, method, headers, most + 16 * mib);
    return { call, most, status, body, isReader: readers.some((reader) => reader.test(call)) };
  });
  for (const { call, most, status, body, isReader } of await Promise.all(walk)) {
    const read = await until(async () => stack.bytesRead.get(call) ?? null);
    expect([call, read <= most + slack]).toEqual([call, true]);
    expect([call, status < 500]).toEqual([call, true]);
    if (!isReader) continue;
    expect([call, status]).toEqual([call, 413]);
    const { error } = JSON.parse(body);
    if (call.startsWith("console POST /api/trpc")) expect(error.json.data).toMatchObject({ code: "TOO_LARGE" });
    else if (call.startsWith("console")) expect(error).toMatchObject({ code: "TOO_LARGE", field: null });
    else expect(error).toMatchObject({ type: "invalid_request_error", code: "request_too_large", param: null });
  }
});

test("a form is bounded in every part: the file, fields nobody knows, and what follows its end", async () => {
  const boundary = "b";
  const part = (head: string) => `--${boundary}\r\ncontent-disposition: form-data; ${head}\r\n\r\n`;
  const file = part('name="file"; filename="a.jsonl"');
  for (const start of [file, part('name="other"; filename="b"'), `${file}x\r\n--${boundary}--\r\n`]) {
    let read = 0;
    const server = createServer((incoming, outgoing) => {
      cutUnreadBody(incoming, outgoing);
      incoming.socket.once("close", () => {
        read = incoming.socket.bytesRead;
      });
      receiveForm(incoming, stack.storage, { part: "file", bytesAtMost: mib }).then(
        () => outgoing.end("{}"),
        (error: unknown) => outgoing.writeHead(error instanceof DomainError ? errorCodes[error.code].http : 500).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
    expect((await sendOn(url, "POST", headers, 40 * mib, start)).status).toBe(413);
    await until(async () => read > 0);
    expect(read).toBeLessThan(6 * mib);
    server.close();
  }
});

test("a call that is no inference takes one of its key's places until it ends", async () => {
  const key = await freshKey();
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const held = request(`${stack.urls.gateway}/v1/feedback`, { method: "POST", headers });
  held.on("error", () => {}); // it is we who break it off
  held.write("{");
  const list = () => fetch(`${stack.urls.gateway}/v1/files`, { headers });
  const refused = await until(async () => {
    const reply = await list();
    return reply.status === 429 ? reply : null;
  });
  expect(refused.headers.get("retry-after")).toBe("1");
  expect((await refused.json()).error).toMatchObject({ type: "rate_limit_error", code: "rate_limit_exceeded" });
  held.destroy();
  await until(async () => (await list()).status === 200);
});
