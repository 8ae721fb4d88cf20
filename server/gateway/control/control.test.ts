import { readdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { eq } from "drizzle-orm";
import type OpenAI from "openai";
import { toFile } from "openai";
import { request as send } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditLog } from "#db/schema/audit.ts";
import { datasets } from "#db/schema/datasets.ts";
import { feedback } from "#db/schema/gateway.ts";
import {
  addKey,
  addProject,
  clientOf,
  type GatewayProcess,
  holdDatabase,
  startGateway,
} from "#server/gateway/gateway.fixture.ts";
import { until } from "#server/process.fixture.ts";

let database: Awaited<ReturnType<typeof holdDatabase>>;
let gateway: GatewayProcess;
let client: OpenAI;
let key: { id: string; key: string };
let projectId: string;

const rows = Array.from({ length: 40 }, (_, i) => `{"prompt":"q${i}","completion":"ä${i}"}\n`).join("");

beforeAll(async () => {
  database = await holdDatabase();
  projectId = await addProject(database.db);
  key = await addKey(database.db, projectId, ["inference", "datasets:read", "datasets:write"]);
  gateway = await startGateway(database.url, undefined, { FORGE_METRICS: "open" });
  client = clientOf(gateway, key.key);
});

afterAll(async () => {
  await gateway?.kill("SIGTERM");
  await database?.release();
});

const upload = (its: OpenAI, text: string, name = "faq.jsonl") =>
  toFile(Buffer.from(text), name).then((file) => its.files.create({ file, purpose: "fine-tune" }));

test("the official client uploads a file, lists, finds, reads and deletes it", async () => {
  const file = await upload(client, rows);
  expect(file).toMatchObject({ object: "file", filename: "faq.jsonl", purpose: "fine-tune", status: "uploaded" });
  expect(file.bytes).toBe(Buffer.byteLength(rows));
  const [dataset] = await database.db.select().from(datasets).where(eq(datasets.projectId, projectId));
  expect(dataset).toMatchObject({ name: "faq", createdBy: `key:${key.id}` });
  const listed = [];
  for await (const each of client.files.list({ purpose: "fine-tune" })) listed.push(each.id);
  expect(listed).toEqual([file.id]);
  expect((await client.files.retrieve(file.id)).id).toBe(file.id);
  expect(await (await client.files.content(file.id)).text()).toBe(rows);
  expect(await client.files.delete(file.id)).toEqual({ id: file.id, object: "file", deleted: true });
  await expect(client.files.retrieve(file.id)).rejects.toMatchObject({ status: 404, type: "not_found_error" });
  const audit = await database.db.select().from(auditLog).where(eq(auditLog.targetId, file.id));
  expect(audit.map((row) => [row.action, row.actor])).toEqual([
    ["files.create", `key:${key.id}`],
    ["files.delete", `key:${key.id}`],
  ]);
});

test("the purpose may come before or after the file, and must be one we know", async () => {
  const send = (parts: [string, string | File][]) => {
    const body = new FormData();
    for (const [name, value] of parts) body.append(name, value);
    return fetch(`${gateway.url}/v1/files`, { method: "POST", headers: { "x-api-key": key.key }, body });
  };
  const file = new File([rows], "later.jsonl");
  const purpose: [string, string] = ["purpose", "batch"];
  for (const parts of [
    [purpose, ["file", file]],
    [["file", file], purpose],
  ] as [string, string | File][][]) {
    const reply = await send(parts);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({ filename: "later.jsonl", purpose: "batch", status: "processed" });
  }
  const unknown = await send([
    ["file", file],
    ["purpose", "mischief"],
  ]);
  expect(unknown.status).toBe(400);
  expect((await unknown.json()).error.param).toBe("purpose");
  expect((await (await send([purpose])).json()).error.param).toBe("file");
  const empty = await send([["file", new File([], "empty.jsonl")], purpose]);
  expect((await empty.json()).error.message).toBe("the file is empty (0 bytes)");
  const json = await fetch(`${gateway.url}/v1/files`, {
    method: "POST",
    headers: { "x-api-key": key.key, "content-type": "application/json" },
    body: "{}",
  });
  expect(json.status).toBe(400);
});

test("what a file cannot have here, such as an end of its life, is refused by name", async () => {
  const expires_after = { anchor: "created_at" as const, seconds: 3_600 };
  const made = { purpose: "fine-tune" as const, expires_after };
  await expect(
    client.files.create({ ...made, file: await toFile(Buffer.from(rows), "short.jsonl") }),
  ).rejects.toMatchObject({ status: 400, code: "unknown_parameter", param: "expires_after[anchor]" });
  await expect(
    client.uploads.create({ ...made, filename: "short.jsonl", bytes: 10, mime_type: "text/jsonl" }),
  ).rejects.toMatchObject({ status: 400, code: "unknown_parameter", param: "expires_after" });
});

test("an upload that breaks off leaves no file and no half blob", async () => {
  const broken = request(`${gateway.url}/v1/files`, {
    method: "POST",
    headers: { "x-api-key": key.key, "content-type": "multipart/form-data; boundary=b", "content-length": 10_000_000 },
  });
  broken.on("error", () => {}); // it is we who break it
  broken.write('--b\r\ncontent-disposition: form-data; name="file"; filename="half.jsonl"\r\n\r\n{"prompt":');
  const parts = () => readdir(join(gateway.data, "tmp")).catch(() => []);
  await until(async () => (await parts()).length > 0);
  broken.destroy();
  await until(async () => (await parts()).length === 0);
  const { data } = await client.files.list();
  expect(data.map((file) => file.filename)).not.toContain("half.jsonl");
});

test("a file's name arrives as browsers and clients write it, and is given back so that it can be read", async () => {
  const names: [string, string][] = [
    ["a %22quoted%22 name.jsonl", 'a "quoted" name.jsonl'],
    ["100%25 it's (1)*.jsonl", "100%25 it's (1)*.jsonl"], // of the percent signs only those three are an escape
  ];
  for (const [written, filename] of names) {
    const body = `--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="${written}"\r\n\r\n{"prompt":"x"}\r\n--b--\r\n`;
    const headers = { "x-api-key": key.key, "content-type": "multipart/form-data; boundary=b" };
    const made = await (await fetch(`${gateway.url}/v1/files`, { method: "POST", headers, body })).json();
    expect(made).toMatchObject({ filename });
    const content = await fetch(`${gateway.url}/v1/files/${made.id}/content`, { headers: { "x-api-key": key.key } });
    expect(await content.text()).toBe('{"prompt":"x"}');
    const [, encoded = ""] =
      /filename\*=UTF-8''([^\s;]+)$/.exec(content.headers.get("content-disposition") ?? "") ?? [];
    expect(decodeURIComponent(encoded)).toBe(filename);
  }
  const broken = `--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a%0D%0Ab"\r\n\r\nx\r\n--b--\r\n`;
  const headers = { "x-api-key": key.key, "content-type": "multipart/form-data; boundary=b" };
  const refused = await fetch(`${gateway.url}/v1/files`, { method: "POST", headers, body: broken });
  expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining("line breaks") } });
});

test("a form that ends at whatever byte, or names no boundary, is refused and the gateway lives on", async () => {
  const form =
    '--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="cut.jsonl"\r\n\r\n{"prompt":"x"}\r\n--b--';
  const post = (body: string, type = "multipart/form-data; boundary=b") =>
    fetch(`${gateway.url}/v1/files`, {
      method: "POST",
      headers: { "x-api-key": key.key, "content-type": type },
      body,
    });
  for (let end = 0; end < form.length - 1; end++) {
    for (const body of [form.slice(0, end), form.slice(0, end).replace('"file"', '"unknown"')]) {
      const reply = await post(body);
      expect([body, reply.status, (await reply.json()).error.type]).toEqual([body, 400, "invalid_request_error"]);
    }
  }
  for (const type of ["multipart/form-data", `multipart/form-data; boundary=${"b".repeat(300)}`]) {
    const reply = await post(form, type);
    expect([type, reply.status, (await reply.json()).error.param]).toEqual([type, 400, "content-type"]);
  }
});

test("100 MB stream through without growing the gateway by as much", async () => {
  const residentKb = async () => {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]) / 1024;
  };
  const before = await residentKb();
  const line = Buffer.from(`${JSON.stringify({ text: "x".repeat(65_000) })}\n`);
  const head =
    '--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="large.jsonl"\r\n\r\n';
  async function* body() {
    yield Buffer.from(head);
    for (let sent = 0; sent < 100 * 1024 * 1024; sent += line.length) yield line;
    yield Buffer.from("\r\n--b--\r\n");
  }
  const reply = await send(`${gateway.url}/v1/files`, {
    method: "POST",
    headers: { "x-api-key": key.key, "content-type": "multipart/form-data; boundary=b" },
    body: Readable.from(body()),
  });
  expect(await reply.body.json()).toMatchObject({ filename: "large.jsonl", bytes: expect.any(Number) });
  expect((await residentKb()) - before).toBeLessThan(80 * 1024);
});

test("keys without the scope are refused, files of another project do not exist", async () => {
  const file = await upload(client, rows, "mine.jsonl");
  const reader = clientOf(gateway, (await addKey(database.db, projectId, ["datasets:read"])).key);
  const stranger = clientOf(gateway, (await addKey(database.db, await addProject(database.db), ["admin"])).key);
  await until(() => Promise.all([reader.files.list(), stranger.files.list()]).catch(() => null));
  await expect(upload(reader, rows)).rejects.toMatchObject({ status: 403, type: "permission_error" });
  await expect(stranger.files.retrieve(file.id)).rejects.toMatchObject({ status: 404 });
  expect((await stranger.files.list()).data).toEqual([]);
});

test("feedback is stored with its request and an audit row, and says what is wrong with it", async () => {
  const send = (body: object) =>
    fetch(`${gateway.url}/v1/feedback`, {
      method: "POST",
      headers: { authorization: `Bearer ${key.key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const request_id = `req_${"0".repeat(26)}`;
  const stored = await send({ request_id, accepted: false, score: 0.5, correction: "better" });
  expect(await stored.json()).toMatchObject({ object: "feedback", request_id });
  const [row] = await database.db.select().from(feedback);
  expect(row).toMatchObject({ projectId, requestId: request_id, accepted: false, score: 0.5, comment: null });
  const audit = await database.db.select().from(auditLog).where(eq(auditLog.action, "feedback.add"));
  expect(audit).toMatchObject([{ actor: `key:${key.id}`, targetId: row?.id, detail: { requestId: request_id } }]);
  for (const body of [{ request_id }, { accepted: true }, { request_id, score: 2 }, { request_id, surprise: 1 }])
    expect((await send(body)).status).toBe(400);
});

test("a POST that comes again with its Idempotency-Key gets what the first one made", async () => {
  const headers = { "Idempotency-Key": "upload-1" };
  const create = async (text: string) =>
    client.files.create({ file: await toFile(Buffer.from(text), "twice.jsonl"), purpose: "fine-tune" }, { headers });
  const both = await Promise.all([create(rows), create(rows)]);
  const later = await create(rows);
  expect(new Set([...both, later].map((file) => file.id)).size).toBe(1);
  const named = (await client.files.list()).data.filter((file) => file.filename === "twice.jsonl");
  expect(named).toHaveLength(1);
  await expect(create(`${rows}{"prompt":"x","completion":"y"}\n`)).rejects.toMatchObject({
    status: 409,
    code: "idempotency_key_reused",
  });
  const stranger = clientOf(gateway, (await addKey(database.db, await addProject(database.db), ["admin"])).key);
  const theirs = await stranger.files.create(
    { file: await toFile(Buffer.from(rows), "twice.jsonl"), purpose: "batch" },
    { headers },
  );
  expect(theirs.id).not.toBe(later.id);
});

test("what failed is not remembered under its Idempotency-Key", async () => {
  const headers = { "Idempotency-Key": "k".repeat(255) };
  const file = (text: string) => toFile(Buffer.from(text), "retry.jsonl");
  await expect(client.files.create({ file: await file(""), purpose: "batch" }, { headers })).rejects.toMatchObject({
    status: 400,
  });
  await expect(
    client.files.create(
      { file: await file(rows), purpose: "batch" },
      { headers: { "Idempotency-Key": "k".repeat(256) } },
    ),
  ).rejects.toMatchObject({ status: 400, param: "Idempotency-Key" });
  expect((await client.files.create({ file: await file(rows), purpose: "batch" }, { headers })).bytes).toBe(
    Buffer.byteLength(rows),
  );
});
