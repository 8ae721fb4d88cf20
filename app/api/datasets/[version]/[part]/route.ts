import { Readable } from "node:stream";
import { z } from "zod";
import { versionParts } from "#server/datasets/input.ts";
import { openPart } from "#server/datasets/open-part.ts";
import { attachmentOf } from "#server/http/attachment.rule.ts";
import { inProject } from "#server/in-project.ts";

type Params = { params: Promise<{ version: string; part: string }> };

const Part = z.enum(versionParts, "the part must be source, train, validation or set_aside");

/** `GET /api/datasets/VERSION/{source|train|validation|set_aside}?project=SLUG`: the file as an attachment. */
export function GET(request: Request, { params }: Params) {
  return inProject(request, "datasets.rows", async (ctx) => {
    const { version, part } = await params;
    const { filename, bytes, stream } = await openPart(ctx, version, Part.parse(part));
    const headers = {
      "content-type": "application/octet-stream",
      "content-length": `${bytes}`,
      "content-disposition": attachmentOf(filename),
      "x-content-type-options": "nosniff",
    };
    return new Response(asWeb(stream), { headers });
  });
}

function asWeb(stream: Readable) {
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>; // safe because Node's web streams are the platform's
}
