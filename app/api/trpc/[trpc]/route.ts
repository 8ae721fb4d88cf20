import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { newId } from "#db/ids.ts";
import { resolveCaller } from "#server/auth.ts";
import { consoleDependencies } from "#server/console.ts";
import { parseJson, readText } from "#server/http/body.ts";
import { log } from "#server/log.ts";
import { appRouter } from "#server/router.ts";
import { asTrpcError } from "#server/trpc.ts";

/** Control-plane calls are small; files travel by api/uploads. */
const bodyBytesAtMost = 4 * 1024 * 1024;
/** No page asks for so many things at once. */
const callsAtOnce = 100;

async function handler(request: Request): Promise<Response> {
  const requestId = newId("request");
  let refusal: unknown = null;
  const asked = await checked(request).catch((error: unknown) => {
    refusal = error;
    return emptied(request);
  });
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: asked,
    router: appRouter,
    maxBatchSize: callsAtOnce,
    createContext: async () => {
      if (refusal) throw asTrpcError(refusal);
      const dependencies = consoleDependencies();
      const callerNow = () => resolveCaller(dependencies.db, request);
      const projectSlug = request.headers.get("x-forge-project");
      return { ...dependencies, caller: await callerNow(), callerNow, projectSlug, requestId };
    },
    responseMeta: () => ({ headers: { "x-request-id": requestId, "cache-control": "no-store" } }),
    onError: ({ error, path, ctx }) => {
      if (!ctx && error.code === "INTERNAL_SERVER_ERROR") log.error({ err: error, path, requestId }, "trpc.no_context");
    },
  });
}

/** A call of the same procedure without its input, to hang the refusal on. */
function emptied({ url, method }: Request): Request {
  const headers = { "content-type": "application/json" };
  return new Request(new URL(new URL(url).pathname, url), { method, headers, body: method === "POST" ? "{}" : null });
}

/** The call with its whole body, which is JSON that may be walked. Throws INVALID, TOO_LARGE. */
async function checked(request: Request): Promise<Request> {
  if (request.method === "GET") {
    const input = new URL(request.url).searchParams.get("input");
    if (input) parseJson(input);
    return request;
  }
  const body = await readText(request, bodyBytesAtMost);
  if (body) parseJson(body);
  const headers = new Headers(request.headers);
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name);
  return new Request(request.url, { method: request.method, headers, body, signal: request.signal });
}

export { handler as GET, handler as POST };
