import { createHash } from "node:crypto";
import { eq, inArray, sql } from "drizzle-orm";
import type OpenAI from "openai";
import { toFile } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { datasets } from "#db/schema/datasets.ts";
import { fileParts, fileUploads } from "#db/schema/storage.ts";
import { sweepUploads } from "#server/datasets/uploads/sweep.ts";
import {
  addKey,
  addProject,
  clientOf,
  type GatewayProcess,
  holdDatabase,
  startGateway,
} from "#server/gateway/gateway.fixture.ts";
import { testDataFolder } from "#server/jobs/jobs-process.fixture.ts";
import { until } from "#server/process.fixture.ts";
import { fileStorage } from "#server/storage.ts";

let database: Awaited<ReturnType<typeof holdDatabase>>;
let gateway: GatewayProcess;
let client: OpenAI;
let projectId: string;

const text = Array.from({ length: 200 }, (_, i) => `{"prompt":"q${i}","completion":"ä${i}"}\n`).join("");
const bytes = Buffer.from(text);
const md5 = createHash("md5").update(bytes).digest("hex");

beforeAll(async () => {
  database = await holdDatabase();
  projectId = await addProject(database.db);
  const key = await addKey(database.db, projectId, ["datasets:read", "datasets:write"]);
  gateway = await startGateway(database.url);
  client = clientOf(gateway, key.key);
  await until(() => client.files.list().catch(() => null));
});

afterAll(async () => {
  await gateway?.kill("SIGTERM");
  await database?.release();
});

const begin = (size = bytes.length) =>
  client.uploads.create({ bytes: size, filename: "faq.jsonl", mime_type: "application/jsonl", purpose: "fine-tune" });
const send = async (uploadId: string, from: number, to?: number) =>
  (await client.uploads.parts.create(uploadId, { data: await toFile(bytes.subarray(from, to), "part") })).id;
const partsOf = (uploadId: string) => database.db.select().from(fileParts).where(eq(fileParts.uploadId, uploadId));

test("parts sent at once and out of order become the file that was promised, once, however often it is completed", async () => {
  const upload = await begin();
  expect(upload).toMatchObject({
    object: "upload",
    status: "pending",
    bytes: bytes.length,
    purpose: "fine-tune",
    file: null,
  });
  const [last, first, middle] = await Promise.all([
    send(upload.id, 4_000),
    send(upload.id, 0, 1_001),
    send(upload.id, 1_001, 4_000),
  ]);
  const done = { part_ids: [first, middle, last], md5 };
  const completed = await client.uploads.complete(upload.id, done);
  expect(completed).toMatchObject({ status: "completed", file: { filename: "faq.jsonl", bytes: bytes.length } });
  const file = completed.file?.id ?? "";
  expect(await (await client.files.content(file)).text()).toBe(text);
  expect((await client.uploads.complete(upload.id, done)).file?.id).toBe(file);
  expect(await database.db.select().from(datasets).where(eq(datasets.projectId, projectId))).toHaveLength(1);
  expect(await partsOf(upload.id)).toEqual([]);
  await expect(client.uploads.cancel(upload.id)).rejects.toMatchObject({ status: 409, param: "upload_id" });
});

test("what does not add up is refused by name and can be mended", async () => {
  const upload = await begin();
  const half = await send(upload.id, 0, 3_000);
  const rest = await send(upload.id, 3_000);
  const refusals: [OpenAI.Uploads.UploadCompleteParams, string, string][] = [
    [{ part_ids: [half] }, "part_ids", "3000 bytes"],
    [{ part_ids: [half, half] }, "part_ids", "named twice"],
    [{ part_ids: [half, "part_nothing"] }, "part_ids", "no part of"],
    [{ part_ids: [half, rest], md5: "0".repeat(32) }, "md5", md5],
    [{ part_ids: [rest, half], md5 }, "md5", `not ${md5}`],
  ];
  for (const [body, param, message] of refusals)
    await expect(client.uploads.complete(upload.id, body)).rejects.toMatchObject({
      status: 400,
      param,
      message: expect.stringContaining(message),
    });
  const turned = createHash("sha256").update(bytes.subarray(3_000)).update(bytes.subarray(0, 3_000)).digest("hex");
  expect(await fileStorage(gateway.data).has(turned)).toBe(false); // what was put together for a refusal is not kept
  expect((await client.uploads.complete(upload.id, { part_ids: [half, rest] })).status).toBe("completed");
});

test("a part is at most 64 MiB, and parts far beyond the promised size are refused", async () => {
  const upload = await begin(10);
  const big = await toFile(Buffer.alloc(64 * 2 ** 20 + 1), "part");
  await expect(client.uploads.parts.create(upload.id, { data: big })).rejects.toMatchObject({
    status: 413,
    param: "data",
  });
  const most = await toFile(Buffer.alloc(64 * 2 ** 20), "part");
  await client.uploads.parts.create(upload.id, { data: most });
  await expect(client.uploads.parts.create(upload.id, { data: most })).rejects.toMatchObject({ status: 413 });
});

test("a cancelled or expired upload lets go of its parts and takes no more", async () => {
  const [cancelled, expired] = [await begin(), await begin()];
  for (const { id } of [cancelled, expired]) await send(id, 0, 100);
  expect((await client.uploads.cancel(cancelled.id)).status).toBe("cancelled");
  await database.db
    .update(fileUploads)
    .set({ expiresAt: new Date(0) })
    .where(eq(fileUploads.id, expired.id));
  for (const { id } of [cancelled, expired]) await expect(send(id, 0, 100)).rejects.toMatchObject({ status: 409 });
  await sweepUploads({ db: database.db, storage: fileStorage(await testDataFolder()), enqueue: () => {} });
  for (const { id } of [cancelled, expired]) expect(await partsOf(id)).toEqual([]);
});

test("an upload that has ended is forgotten a month after its time, the file that it became stays", async () => {
  const [done, pending] = [await begin(), await begin()];
  const { file } = await client.uploads.complete(done.id, { part_ids: [await send(done.id, 0)] });
  const sweepAt = async (days: number) => {
    const expiresAt = sql`now() - interval '1 day' * ${days}`;
    await database.db.update(fileUploads).set({ expiresAt }).where(eq(fileUploads.id, done.id));
    await sweepUploads({ db: database.db, storage: fileStorage(await testDataFolder()), enqueue: () => {} });
    return database.db.$count(fileUploads, inArray(fileUploads.id, [done.id, pending.id]));
  };
  expect([await sweepAt(29), await sweepAt(31)]).toEqual([2, 1]);
  await expect(client.uploads.cancel(done.id)).rejects.toMatchObject({ status: 404 });
  expect(await (await client.files.content(file?.id ?? "")).text()).toBe(text);
});

test("an upload of another project does not exist", async () => {
  const upload = await begin();
  const other = await addKey(database.db, await addProject(database.db), ["datasets:read", "datasets:write"]);
  const stranger = clientOf(gateway, other.key);
  await until(() => stranger.files.list().catch(() => null));
  const data = await toFile(Buffer.from("x"), "part");
  await expect(stranger.uploads.parts.create(upload.id, { data })).rejects.toMatchObject({ status: 404 });
  await expect(stranger.uploads.complete(upload.id, { part_ids: ["part_x"] })).rejects.toMatchObject({ status: 404 });
  await expect(stranger.uploads.cancel(upload.id)).rejects.toMatchObject({ status: 404 });
});
