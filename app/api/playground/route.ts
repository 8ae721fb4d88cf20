import { Readable } from "node:stream";
import { readJson } from "#server/http/body.ts";
import { inProject } from "#server/in-project.ts";
import { PlaygroundCall } from "#server/playground/input.ts";
import { sendFromPlayground } from "#server/playground/send.ts";

const mostBytes = 4 * 1024 * 1024;

/**
 * `POST {model, messages, …}` as `/v1/chat/completions`, for a signed-in person's own page: passes the call to the
 * gateway in their name and its answer back as it comes, with `x-forge-*` headers, `x-forge-request-id`, and before
 * the end of a stream the comment `: forge-timings {ttftMs, itlP50Ms, itlP95Ms, totalMs, queueMs}` on the gateway's
 * clock. A client that goes away ends the call.
 */
export function POST(request: Request) {
  return inProject(request, "playground.send", async (ctx) => {
    const call = PlaygroundCall.parse(await readJson(request, mostBytes));
    const answer = await sendFromPlayground(ctx, call, request.signal);
    return new Response(asWeb(answer.body), { status: answer.status, headers: passedOn(answer.headers) });
  });
}

/** What the page shows of an answer; everything else about the connection stays between us and the gateway. */
function passedOn(from: Record<string, string | string[] | undefined>) {
  const headers = new Headers();
  for (const [name, value] of Object.entries(from)) {
    if (typeof value !== "string") continue;
    if (name === "content-type" || name === "retry-after" || name.startsWith("x-forge-")) headers.set(name, value);
    if (name === "x-request-id") headers.set("x-forge-request-id", value);
  }
  headers.set("x-accel-buffering", "no");
  return headers;
}

/** Node's types know two kinds of web stream; they are the same object. */
function asWeb(body: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(body) as ReadableStream<Uint8Array>; // safe because Response takes Node's own web streams
}
