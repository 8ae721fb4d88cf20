import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { newId } from "#db/ids.ts";
import { resolveCaller } from "#server/auth.ts";
import { limitBody } from "#server/body.ts";
import { consoleDoors } from "#server/console.ts";
import { log } from "#server/log.ts";
import { appRouter } from "#server/router.ts";

/** Control-plane calls are small; files travel by api/uploads. */
const mostBytes = 4 * 1024 * 1024;

async function handler(request: Request): Promise<Response> {
  const requestId = newId("request");
  const limited = limitBody(request, mostBytes);
  if (!limited) return Response.json({ error: { message: "this request is too large" } }, { status: 413 });
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: limited,
    router: appRouter,
    createContext: async () => {
      const doors = consoleDoors();
      const caller = await resolveCaller(doors.db, request);
      return { ...doors, caller, projectSlug: request.headers.get("x-forge-project"), requestId };
    },
    responseMeta: () => ({ headers: { "x-request-id": requestId, "cache-control": "no-store" } }),
    onError: ({ error, path, ctx }) => {
      if (!ctx) log.error({ err: error, path, requestId }, "trpc.no_context");
    },
  });
}

export { handler as GET, handler as POST };
