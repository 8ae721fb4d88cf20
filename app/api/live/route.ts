import { resolveCaller } from "#server/auth.ts";
import { consoleDependencies } from "#server/console.ts";
import { DomainError } from "#server/errors.ts";
import { answerErrors } from "#server/http/in-project.ts";
import { checkTopics } from "#server/ops/live/check-topics.ts";
import { createLiveHub, type LiveHub } from "#server/ops/live/hub.ts";
import { liveStream } from "#server/ops/live/stream.ts";
import { parseTopics } from "#server/ops/live/topics.rule.ts";

export const dynamic = "force-dynamic";

const slot = Symbol.for("largeforge.live");
const shared: typeof globalThis & { [slot]?: LiveHub } = globalThis;

/**
 * `GET /api/live?topics=run:ID,project:ID&last=run:ID:12`: server-sent events for the console's pages. A run's events are
 * replayed after `last` (or Last-Event-ID) and then followed; without either they begin now. Needs a sign-in or a key.
 */
export function GET(request: Request) {
  return answerErrors(request, async () => {
    const { db } = consoleDependencies();
    shared[slot] ??= createLiveHub(db);
    const { searchParams } = new URL(request.url);
    const lastEventId = request.headers.get("last-event-id");
    const wanted = parseTopics(searchParams.get("topics"), searchParams.get("last"), lastEventId);
    const check = async () => checkTopics(db, await resolveCaller(db, request), wanted);
    await check();
    const stillAllowed = () =>
      check().then(
        () => true,
        (error: unknown) => !(error instanceof DomainError), // a database that is away for a moment refuses nobody
      );
    const stream = liveStream({ db, hub: shared[slot], wanted, signal: request.signal, stillAllowed });
    const headers = { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" };
    return new Response(stream, { headers });
  });
}
