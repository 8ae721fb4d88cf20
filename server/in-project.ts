import { ZodError } from "zod";
import { newId } from "#db/ids.ts";
import { resolveCaller } from "#server/auth.ts";
import { consoleDependencies } from "#server/console.ts";
import type { Ctx } from "#server/context.ts";
import { enterProject } from "#server/enter-project.ts";
import { DomainError, errorCodes } from "#server/errors.ts";
import { log } from "#server/log.ts";
import type { Storage } from "#server/storage.ts";

type HttpCtx = Ctx & { storage: Storage };

/**
 * Answer a plain HTTP request inside the project it names (`x-forge-project`, or `?project=` for links): caller,
 * project and rights as for the procedure, errors as answerErrors gives them.
 */
export async function inProject(
  request: Request,
  procedure: string,
  answer: (ctx: HttpCtx) => Promise<Response>,
): Promise<Response> {
  return answerErrors(request, async () => {
    if (request.url.includes("%00")) throw new DomainError("INVALID", "the address holds a NUL character (%00)");
    const { db, enqueue, storage } = consoleDependencies();
    const caller = await resolveCaller(db, request);
    const projectSlug = request.headers.get("x-forge-project") ?? new URL(request.url).searchParams.get("project");
    const changes = request.method !== "GET" && request.method !== "HEAD";
    const { projectId, actor } = await enterProject({ db, caller, projectSlug }, procedure, { changes });
    return answer({ db, enqueue, storage, projectId, actor });
  });
}

/** Answer with a request id; what is thrown becomes `{error: {code, message, field, requestId}}` with its status. */
export async function answerErrors(request: Request, answer: () => Promise<Response>): Promise<Response> {
  const requestId = newId("request");
  try {
    const response = await answer();
    response.headers.set("x-request-id", requestId);
    response.headers.set("cache-control", "no-store");
    return response;
  } catch (error) {
    return errorResponse(error, requestId, request);
  }
}

/** A form or an order of a page; files travel in parts. */
export const formBytes = 64 * 1024;

function errorResponse(error: unknown, requestId: string, request: Request): Response {
  const headers = { "x-request-id": requestId, "cache-control": "no-store" };
  const reply = (status: number, code: string, message: string, field: string | null) =>
    Response.json({ error: { code, message, field, requestId } }, { status, headers });
  if (error instanceof DomainError) return reply(errorCodes[error.code].http, error.code, error.message, error.field);
  if (error instanceof ZodError) {
    const [issue] = error.issues;
    return reply(400, "INVALID", issue?.message ?? "the request is not valid", issue?.path.join(".") ?? null);
  }
  // a client that goes away in the middle of its body breaks our reading, not us
  if (!request.signal.aborted) log.error({ err: error, path: new URL(request.url).pathname, requestId }, "http.failed");
  return reply(500, "INTERNAL", `something broke here, not with you (request ${requestId})`, null);
}
