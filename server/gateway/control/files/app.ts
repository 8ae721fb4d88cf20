import { Readable } from "node:stream";
import { Hono } from "hono";
import type { Ctx } from "#server/context.ts";
import { readFileContent } from "#server/datasets/files/content.ts";
import { createFileOn } from "#server/datasets/files/create.ts";
import { deleteFile } from "#server/datasets/files/delete.ts";
import { findFile } from "#server/datasets/files/find.ts";
import { listFiles } from "#server/datasets/files/list.ts";
import { CreateFile } from "#server/datasets/input.ts";
import { DomainError } from "#server/errors.ts";
import { requireScope } from "#server/gateway/authenticate.ts";
import type { GatewayEnv } from "#server/gateway/contract.ts";
import { onBadRowsOf } from "#server/gateway/control/bad-rows.ts";
import { type ControlDependencies, ctxOf } from "#server/gateway/control/context.ts";
import { receiveForm } from "#server/gateway/control/files/multipart.ts";
import { attemptOf, once } from "#server/gateway/control/once.ts";
import { ListFilesQuery } from "#server/gateway/input.ts";
import { attachmentOf } from "#server/http/attachment.rule.ts";
import { requireRoom } from "#server/storage.ts";

/** `/v1/files` with OpenAI's shapes: POST (multipart), GET list, GET one, GET content, DELETE. */
export function createFiles(dependencies: ControlDependencies): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  app.post("/", async (c) => {
    requireScope(c.var.key, "datasets:write");
    await requireRoom(dependencies.storage, "this file", Number(c.req.header("content-length") ?? 0));
    const { fields, file } = await receiveForm(c.env.incoming, dependencies.storage, { part: "file" });
    if (!file) throw new DomainError("INVALID", "the form has no part named file", { field: "file" });
    const input = CreateFile.parse({ ...fields, filename: file.filename });
    const onBadRows = onBadRowsOf(c.req) ?? undefined;
    const attempt = attemptOf(c.req, { ...input, onBadRows, sha256: file.blob.sha256 });
    const create = (ctx: Ctx) => createFileOn(ctx, { ...input, onBadRows, blob: file.blob });
    return c.json(fileObject(await once(ctxOf(dependencies, c.var.key), attempt, create, findFile)));
  });
  app.get("/", async (c) => {
    requireScope(c.var.key, "datasets:read");
    const { items, hasMore } = await listFiles(ctxOf(dependencies, c.var.key), ListFilesQuery.parse(c.req.query()));
    const [first, last] = [items[0], items.at(-1)];
    const ends = { first_id: first?.id ?? null, last_id: last?.id ?? null };
    return c.json({ object: "list", data: items.map(fileObject), has_more: hasMore, ...ends });
  });
  app.get("/:id", async (c) => {
    requireScope(c.var.key, "datasets:read");
    return c.json(fileObject(await findFile(ctxOf(dependencies, c.var.key), c.req.param("id"))));
  });
  app.get("/:id/content", async (c) => {
    requireScope(c.var.key, "datasets:read");
    const { bytes, filename, stream } = await readFileContent(ctxOf(dependencies, c.var.key), c.req.param("id"));
    c.header("content-type", "application/octet-stream");
    c.header("content-length", String(bytes));
    c.header("content-disposition", attachmentOf(filename));
    return c.body(Readable.toWeb(stream) as ReadableStream); // safe because Node's web streams are the platform's
  });
  app.delete("/:id", async (c) => {
    requireScope(c.var.key, "datasets:write");
    const { id } = await deleteFile(ctxOf(dependencies, c.var.key), c.req.param("id"));
    return c.json({ id, object: "file", deleted: true });
  });
  return app;
}

/** OpenAI's `file`. */
export function fileObject(file: Awaited<ReturnType<typeof findFile>>) {
  const created_at = Math.floor(file.createdAt.getTime() / 1_000);
  const { id, bytes, filename, purpose, status, statusDetails } = file;
  return { id, object: "file", bytes, created_at, filename, purpose, status, status_details: statusDetails };
}
