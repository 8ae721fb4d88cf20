import { Hono } from "hono";
import { addFilePart } from "#server/datasets/files/uploads/add-part.ts";
import { cancelFileUpload } from "#server/datasets/files/uploads/cancel.ts";
import { completeFileUpload } from "#server/datasets/files/uploads/complete.ts";
import { createFileUpload } from "#server/datasets/files/uploads/create.ts";
import { findFileUpload, notPending, partBytesAtMost } from "#server/datasets/files/uploads/find.ts";
import { CompleteFileUpload, CreateFileUpload } from "#server/datasets/input.ts";
import { DomainError } from "#server/errors.ts";
import { requireScope } from "#server/gateway/authenticate.ts";
import type { GatewayEnv } from "#server/gateway/contract.ts";
import { onBadRowsOf } from "#server/gateway/control/bad-rows.ts";
import { type ControlDependencies, ctxOf, jsonOf } from "#server/gateway/control/context.ts";
import { fileObject } from "#server/gateway/control/files/app.ts";
import { receiveForm } from "#server/gateway/control/files/multipart.ts";
import { attemptOf, once } from "#server/gateway/control/once.ts";
import { requireRoom } from "#server/storage.ts";

/** `/v1/uploads` with OpenAI's shapes: create, add parts of at most 64 MiB, complete, cancel. */
export function createUploads(dependencies: ControlDependencies): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  app.post("/", async (c) => {
    requireScope(c.var.key, "datasets:write");
    const input = CreateFileUpload.parse(await jsonOf(c.req.raw));
    const ctx = ctxOf(dependencies, c.var.key);
    await requireRoom(dependencies.storage, "this upload", 2 * input.bytes); // its parts, and the file made of them
    const attempt = attemptOf(c.req, input);
    return c.json(uploadObject(await once(ctx, attempt, (ctx) => createFileUpload(ctx, input), findFileUpload)));
  });
  app.post("/:id/parts", async (c) => {
    requireScope(c.var.key, "datasets:write");
    const ctx = ctxOf(dependencies, c.var.key);
    const upload = await findFileUpload(ctx, c.req.param("id")); // before its bytes are read
    if (upload.status !== "pending") throw notPending(upload);
    const { file } = await receiveForm(c.env.incoming, dependencies.storage, {
      part: "data",
      bytesAtMost: partBytesAtMost,
    });
    if (!file) throw new DomainError("INVALID", "the form has no part named data", { field: "data" });
    const part = await addFilePart(ctx, { uploadId: upload.id, blob: file.blob });
    const { id, uploadId: upload_id, createdAt } = part;
    return c.json({ id, object: "upload.part", created_at: seconds(createdAt), upload_id });
  });
  app.post("/:id/complete", async (c) => {
    requireScope(c.var.key, "datasets:write");
    const input = CompleteFileUpload.parse(await jsonOf(c.req.raw));
    const onBadRows = onBadRowsOf(c.req) ?? undefined;
    const ctx = ctxOf(dependencies, c.var.key);
    return c.json(uploadObject(await completeFileUpload(ctx, c.req.param("id"), { ...input, onBadRows })));
  });
  app.post("/:id/cancel", async (c) => {
    requireScope(c.var.key, "datasets:write");
    return c.json(uploadObject(await cancelFileUpload(ctxOf(dependencies, c.var.key), c.req.param("id"))));
  });
  return app;
}

const seconds = (at: Date) => Math.floor(at.getTime() / 1_000);

function uploadObject(upload: Awaited<ReturnType<typeof findFileUpload>>) {
  const { id, bytesExpected: bytes, filename, purpose, status, file } = upload;
  const times = { created_at: seconds(upload.createdAt), expires_at: seconds(upload.expiresAt) };
  return { id, object: "upload", bytes, ...times, filename, purpose, status, file: file && fileObject(file) };
}
