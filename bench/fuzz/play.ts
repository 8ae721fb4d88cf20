import { request } from "node:http";
import { inArray } from "drizzle-orm";
import fc from "fast-check";
import type { Shot, Target } from "#bench/fuzz/shots.ts";
import type { Stack } from "#bench/fuzz/stack.ts";
import { requests } from "#db/schema/requests.ts";

const answerBytesKept = 2_000;
/** A live stream has no end: its first moments are enough. */
const streamMs = 50;
const answerWithinMs = 30_000;

type Answer = { status: number; body: string; requestId: string };

export type Tally = {
  /** target → status class → answers */
  counts: Map<string, Map<string, number>>;
  failures: { target: string; report: string }[];
  /** ids of calls that must be in the log */
  owed: string[];
};

export function newTally(): Tally {
  return { counts: new Map(), failures: [], owed: [] };
}

/**
 * Send `runs` requests of one target and count the answers. A 5xx, or no answer at all, is a failure: reported with the
 * smallest request that shows it and the seed that makes it again.
 */
export async function play(
  target: Target,
  tally: Tally,
  { seed, runs }: { seed: number; runs: number },
): Promise<void> {
  const classes = tally.counts.get(target.name) ?? new Map<string, number>();
  tally.counts.set(target.name, classes);
  const property = fc.asyncProperty(target.shots, async (shot) => {
    const answer = await send(shot);
    const kind = `${Math.floor(answer.status / 100)}xx`;
    classes.set(kind, (classes.get(kind) ?? 0) + 1);
    if (shot.logged) tally.owed.push(answer.requestId);
    if (answer.status >= 500) throw new Error(`${answer.status}: ${answer.body.slice(0, 400)}`);
  });
  const details = await fc.check(property, { seed, numRuns: runs, interruptAfterTimeLimit: answerWithinMs * 2 });
  if (details.failed) {
    const report = fc.defaultReportMessage(details) ?? "it failed without a report";
    tally.failures.push({ target: target.name, report: report.slice(0, 4_000) });
  }
}

/** Calls whose row is not in the log, once everything is flushed. */
export async function missingRows(stack: Stack, tally: Tally): Promise<string[]> {
  await stack.flush();
  const missing: string[] = [];
  const perQuery = 5_000;
  for (let from = 0; from < tally.owed.length; from += perQuery) {
    const ids = tally.owed.slice(from, from + perQuery);
    const rows = await stack.db.select({ id: requests.id }).from(requests).where(inArray(requests.id, ids));
    const there = new Set(rows.map((row) => row.id));
    missing.push(...ids.filter((id) => !there.has(id)));
  }
  return missing;
}

/** One request over its own connection. Rejects when the server closes without an answer. */
function send({ origin, method, path, headers, body }: Shot): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(`${origin}/`, { path, method, headers, agent: false, timeout: answerWithinMs });
    call.on("response", (response) => {
      let text = "";
      const done = () => {
        const requestId = String(response.headers["x-request-id"] ?? "");
        resolve({ status: response.statusCode ?? 0, body: text, requestId });
        call.destroy();
      };
      response.on("data", (part: Buffer) => {
        if (text.length < answerBytesKept) text += part.toString();
      });
      response.on("end", done);
      response.on("error", done); // the answer began: its status is what counts
      if (path.startsWith("/api/trpc/ops.live")) setTimeout(done, streamMs);
    });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${answerWithinMs / 1_000} s`)));
    call.on("error", reject);
    call.end(body ?? undefined);
  });
}
