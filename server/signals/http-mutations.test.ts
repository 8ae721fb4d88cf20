import { once } from "node:events";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { eq, sql } from "drizzle-orm";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { datasetVersions } from "#db/schema/datasets.ts";
import { modelVersions } from "#db/schema/models.ts";
import { abortUpload } from "#server/datasets/uploads/abort.ts";
import { appendUpload } from "#server/datasets/uploads/append.ts";
import { createUpload } from "#server/datasets/uploads/create.ts";
import { finishUpload } from "#server/datasets/uploads/finish.ts";
import type { GatewayEnv } from "#server/gateway/contract.ts";
import { createControl } from "#server/gateway/control/app.ts";
import { holdDatabase } from "#server/gateway/gateway.fixture.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { testBase, testRun } from "#server/runs/testing.ts";
import { judge, openRoom, type Room, watch } from "#server/signals/mutations.fixture.ts";
import type { Storage } from "#server/storage.ts";

type Call = { path: string; body?: object | FormData };
type Send = (method: string, call: Call) => Promise<Record<string, string>>;
type Prepare = (room: Room, send: Send) => Promise<Call>;

const rows = '{"prompt":"q","completion":"a"}\n';

function formOf(fields: Record<string, string | File>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

const file = (): Call => ({
  path: "/files",
  body: formOf({ purpose: "fine-tune", file: new File([rows], "faq.jsonl") }),
});
const pending = (): Call => ({
  path: "/uploads",
  body: { purpose: "batch", filename: "a.jsonl", bytes: rows.length, mime_type: "text/jsonl" },
});
const part = (id = ""): Call => ({ path: `/uploads/${id}/parts`, body: formOf({ data: new File([rows], "part") }) });
const jobOf = async (room: Room, status?: "paused") =>
  (await testRun(room.ctx, status && { status })).replace(/^run_/, "ftjob-");

/** A call of every route of /v1 that writes. */
const routes: Record<string, Prepare> = {
  "POST /files": async () => file(),
  "DELETE /files/:id": async (_room, send) => ({ path: `/files/${(await send("POST", file())).id}` }),
  "POST /uploads": async () => pending(),
  "POST /uploads/:id/complete": async (_room, send) => {
    const { id } = await send("POST", pending());
    const sent = await send("POST", part(id));
    return { path: `/uploads/${id}/complete`, body: { part_ids: [sent.id] } };
  },
  "POST /uploads/:id/cancel": async (_room, send) => ({
    path: `/uploads/${(await send("POST", pending())).id}/cancel`,
    body: {},
  }),
  "POST /fine_tuning/jobs": async ({ ctx }, send) => {
    const weights = await storeArtifact(ctx, { kind: "base_weights", files: [] });
    const { name } = await testBase(ctx, { weightsArtifactId: weights.id });
    const { id } = await send("POST", file());
    const imported = { status: "ready", shape: "prompt_completion", trainRows: 1, validationRows: 0 } as const;
    await ctx.db
      .update(datasetVersions)
      .set({ ...imported, trainBlob: sql`source_blob` })
      .where(eq(datasetVersions.projectId, ctx.projectId));
    return { path: "/fine_tuning/jobs", body: { model: name, training_file: id } };
  },
  "POST /fine_tuning/jobs/:id/cancel": async (room) => ({ path: `/fine_tuning/jobs/${await jobOf(room)}/cancel` }),
  "POST /fine_tuning/jobs/:id/pause": async (room) => ({ path: `/fine_tuning/jobs/${await jobOf(room)}/pause` }),
  "POST /fine_tuning/jobs/:id/resume": async (room) => ({
    path: `/fine_tuning/jobs/${await jobOf(room, "paused")}/resume`,
  }),
  "POST /feedback": async () => ({ path: "/feedback", body: { request_id: newId("request"), accepted: true } }),
  "DELETE /models/:name{.+}": async ({ ctx }) => {
    const { id, modelId } = await testBase(ctx);
    const second = { id: newId("modelVersion"), projectId: ctx.projectId, modelId, version: 2, createdBy: ctx.actor };
    await ctx.db.insert(modelVersions).values({ ...second, status: "ready" });
    await ctx.db.update(modelVersions).set({ fineTunedName: "ft:nano:acme:faq:1" }).where(eq(modelVersions.id, id));
    return { path: "/models/ft:nano:acme:faq:1" };
  },
};

/** Routes that leave nothing that lasts, and so no row: a part is swept with an upload that is never completed. */
const silent: Record<string, Prepare> = {
  "POST /uploads/:id/parts": async (_room, send) => part((await send("POST", pending())).id),
};

const upload = { filename: "a.jsonl", bytes: rows.length };
const sent = async ({ ctx }: Room) => {
  const { id } = await createUpload(ctx, upload);
  await appendUpload(ctx, { uploadId: id, offset: 0, sha256: null, stream: new Blob([rows]).stream() });
  return id;
};

/** The verbs of the console's uploads: its route handlers hold nothing but them. */
const uploads: Record<string, (room: Room) => Promise<() => Promise<unknown>>> = {
  "uploads.create":
    async ({ ctx }) =>
    () =>
      createUpload(ctx, upload),
  "uploads.finish": async (room) => {
    const id = await sent(room);
    return () => finishUpload(room.ctx, id, { bytes: rows.length });
  },
  "uploads.abort": async (room) => {
    const id = await sent(room);
    return () => abortUpload(room.ctx, id);
  },
};

/** The control routes on a port, for a caller who may do anything in the room. */
async function serve(db: Pool, { ctx }: Room) {
  const app = new Hono<GatewayEnv>();
  app.use(async (c, next) => {
    c.set("key", { id: "key_1", projectId: ctx.projectId, actor: ctx.actor, scopes: ["admin"] });
    await next();
  });
  app.route("/", controlOf(db, ctx.storage));
  const server = createServer(getRequestListener(app.fetch)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address && typeof address === "object" ? address.port : 0;
  const send: Send = async (method, { path, body }) => {
    const isForm = body instanceof FormData;
    const headers = isForm || !body ? undefined : { "content-type": "application/json" };
    const sentBody = isForm ? body : body && JSON.stringify(body);
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body: sentBody });
    const text = await reply.text();
    expect(reply.status, text).toBe(200);
    return JSON.parse(text);
  };
  return { send, stop: () => server.close() };
}

function controlOf(db: Pool, storage: Storage) {
  return createControl({ db, storage, enqueue: () => {}, isUp: () => true });
}

describe("a write over HTTP leaves an audit row, and tells the gateways when they cache what it changed", () => {
  let database: Awaited<ReturnType<typeof holdDatabase>>;
  beforeAll(async () => {
    database = await holdDatabase();
  });
  afterAll(() => database.release());

  test("every route of /v1 that writes has a call here", async () => {
    const { ctx } = await openRoom(database.db);
    const writing = controlOf(database.db, ctx.storage).routes.filter(({ method }) => !["GET", "ALL"].includes(method));
    const known = new Set(writing.map(({ method, path }) => `${method} ${path}`));
    expect([...Object.keys(routes), ...Object.keys(silent)].sort()).toEqual([...known].sort());
  });

  for (const [route, prepare] of Object.entries({ ...routes, ...silent }))
    test(route, async () => {
      const room = await openRoom(database.db);
      const { send, stop } = await serve(database.db, room);
      try {
        const [method = ""] = route.split(" ");
        const call = await prepare(room, send);
        const left = await watch(database.db, () => send(method, call));
        if (route in silent) expect(left).toMatchObject({ rows: [], reroutes: false, bumps: 0 });
        else judge(left);
      } finally {
        stop();
      }
    });

  for (const [name, prepare] of Object.entries(uploads))
    test(name, async () => {
      const act = await prepare(await openRoom(database.db));
      const left = await watch(database.db, act);
      judge(left);
      expect(left.rows.map((row) => row.action)).toEqual([name]);
    });
});
