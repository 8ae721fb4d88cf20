import { CreateUpload } from "#server/datasets/input.ts";
import { createUpload } from "#server/datasets/uploads/create.ts";
import { readStorableJson } from "#server/http/body.ts";
import { formBytes, inProject } from "#server/in-project.ts";

/** `POST {filename, bytes}` → 201 `{id, offset: 0, partBytes, expiresAt}`; then PATCH parts to `/api/uploads/ID`. */
export function POST(request: Request) {
  return inProject(request, "datasets.create", async (ctx) =>
    Response.json(await createUpload(ctx, CreateUpload.parse(await readStorableJson(request, formBytes))), {
      status: 201,
    }),
  );
}
