import { z } from "zod";
import { FinishUpload } from "#server/datasets/input.ts";
import { abortUpload } from "#server/datasets/uploads/abort.ts";
import { appendUpload } from "#server/datasets/uploads/append.ts";
import { findUpload } from "#server/datasets/uploads/find.ts";
import { finishUpload } from "#server/datasets/uploads/finish.ts";
import { DomainError } from "#server/errors.ts";
import { readStorableJson } from "#server/http/body.ts";
import { formBytes, inProject } from "#server/in-project.ts";

type Params = { params: Promise<{ id: string }> };

const procedure = "datasets.create";

/** Where the upload stands: headers `upload-offset` and `upload-length`, in bytes. */
export function HEAD(request: Request, { params }: Params) {
  return inProject(request, procedure, async (ctx) => {
    const upload = await findUpload(ctx, (await params).id);
    const headers = { "upload-offset": `${upload.bytesReceived}`, "upload-length": `${upload.bytesExpected}` };
    return new Response(null, { status: 200, headers });
  });
}

const offsetMessage = "the header upload-offset says, in digits, at which byte this part begins";
const Offset = z
  .string(offsetMessage)
  .regex(/^\d{1,15}$/, offsetMessage)
  .transform(Number);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "x-part-sha256 must be a sha256 in lower-case hex");

/**
 * One part: header `upload-offset` (must be where the upload stands), optional `x-part-sha256`, the bytes as the body.
 * → 204 with the new `upload-offset`. 409 names the right offset; after any error the upload can go on.
 */
export function PATCH(request: Request, { params }: Params) {
  return inProject(request, procedure, async (ctx) => {
    const sha256 = request.headers.get("x-part-sha256");
    if (!request.body) throw new DomainError("INVALID", "send the part's bytes as the body");
    const { offset } = await appendUpload(ctx, {
      uploadId: (await params).id,
      offset: Offset.parse(request.headers.get("upload-offset")),
      sha256: sha256 === null ? null : Sha256.parse(sha256),
      stream: request.body,
    });
    return new Response(null, { status: 204, headers: { "upload-offset": `${offset}` } });
  });
}

/** `POST {bytes, sha256?}`: all parts are there → `{id, filename, bytes, sha256}`. Safe to repeat. */
export function POST(request: Request, { params }: Params) {
  return inProject(request, procedure, async (ctx) =>
    Response.json(
      await finishUpload(ctx, (await params).id, FinishUpload.parse(await readStorableJson(request, formBytes))),
    ),
  );
}

/** Cancel: what has arrived is deleted. → 204 */
export function DELETE(request: Request, { params }: Params) {
  return inProject(request, procedure, async (ctx) => {
    await abortUpload(ctx, (await params).id);
    return new Response(null, { status: 204 });
  });
}
