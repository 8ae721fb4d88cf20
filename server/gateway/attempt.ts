import { setTimeout as sleep } from "node:timers/promises";
import type { Place, UpstreamHeaders } from "#server/gateway/contract.ts";
import { brokenReply, type Failure, failureOf, failureOfComplaint } from "#server/gateway/failure.ts";
import { sendJson } from "#server/gateway/headers.ts";
import { type Attempt, beginAnswer, type Job, leftEnding } from "#server/gateway/job.ts";
import { noticeWait } from "#server/gateway/notice.ts";
import { relayStream } from "#server/gateway/relay.ts";
import { decideNext } from "#server/gateway/retry.rule.ts";
import { CallAborted } from "#server/gateway/upstream-error.ts";
import type { Ask, ReadReply } from "#server/inference/client/target.ts";

/**
 * Ask the call's places until one answers, as `retry.rule.ts` decides; none is asked once a byte has gone to the caller.
 * Returns null when the caller has the answer (or left), else the failure to tell them.
 */
export async function attemptCall(job: Job): Promise<Failure | null> {
  if (job.outgoing.closed) return leave(job); // while the name was looked up: its close is not told again
  job.outgoing.on("close", () => {
    if (job.outgoing.writableFinished) return;
    job.left = true;
    for (const { upstream } of job.attempts) upstream?.abort(new CallAborted("the caller left"));
  });
  const endNotices = job.ask.stream ? noticeWait(job) : () => {};
  return untilAnswered(job).finally(endNotices);
}

type Ran = { attempt: Attempt; failure: Failure | null };

async function untilAnswered(job: Job): Promise<Failure | null> {
  const open = new Map<Attempt, Promise<Ran>>();
  let failure: Failure | null = null;
  for (;;) {
    const step = decideNext(job.attempts, job.places, job.policy, { begun: job.begun, nowMs: performance.now() });
    if (step.do === "stop" && open.size === 0) return failure;
    if (step.do === "next" && step.afterMs > 0) await sleep(step.afterMs);
    if (job.left) return leave(job);
    const begins = step.do === "next" || (step.do === "hedge" && step.afterMs === 0);
    const begun = begins ? begin(job, step.place) : null;
    if (begun && job.policy.hedgeAfterMs !== null) open.set(begun.attempt, begun.ran);
    if (begun && open.size > 0) continue; // whether another one joins it is to be decided
    const ran = await (begun?.ran ?? firstOf(open, step.do === "hedge" ? step.afterMs : null));
    if (!ran) continue;
    open.delete(ran.attempt);
    if (!ran.failure) return null;
    if (job.left) return leave(job);
    failure = ran.failure;
  }
}

function begin(job: Job, at: number): { attempt: Attempt; ran: Promise<Ran> } {
  const place = job.places[at];
  if (!place) throw new Error("a route without places");
  const attempt: Attempt = { target: place.target, startMs: performance.now(), end: null, upstream: null };
  job.attempts.push(attempt);
  return { attempt, ran: run(job, attempt, place) };
}

function leave(job: Job): null {
  job.finish(leftEnding(job.attempts.length));
  return null;
}

/** The first attempt that comes to an end, or null when none does within `withinMs`. */
async function firstOf(open: ReadonlyMap<Attempt, Promise<Ran>>, withinMs: number | null): Promise<Ran | null> {
  if (withinMs === null) return Promise.race(open.values());
  const waiting = new AbortController();
  const late = sleep(withinMs, null, { signal: waiting.signal }).catch(() => null); // ended below, when nobody waits for it
  return Promise.race([...open.values(), late]).finally(() => waiting.abort());
}

/** One attempt to its end; its failure is written into it, unless it is the caller who went: that ends the call. */
async function run(job: Job, attempt: Attempt, place: Place): Promise<Ran> {
  const failure = await ask(job, attempt, { ...job.ask, model: place.model });
  if (failure && !attempt.end && !job.left) {
    const { status, body } = failure.refusal;
    const { outcome } = failure;
    attempt.end = { atMs: performance.now(), status, errorCode: body.error.code ?? body.error.type, outcome };
  }
  return { attempt, failure };
}

function ask(job: Job, attempt: Attempt, ask: Ask): Promise<Failure | null> {
  const { target } = attempt;
  const { dialect, limits } = target;
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: UpstreamHeaders = { contentType: "", queueMs: null, promptTokens: null, retryAfter: null };
    let relay: ReturnType<typeof relayStream> | null = null;
    const chunks: Buffer[] = [];
    let bytes = 0;
    const request = { ...dialect.encode(ask), requestId: job.requestId, caller: job.caller };
    attempt.upstream = job.forward(target, request, {
      started: (itsStatus, itsHeaders) => {
        status = itsStatus;
        headers = itsHeaders;
        if (status === 200 && ask.stream && headers.contentType.startsWith(dialect.stream.contentType))
          relay = relayStream(job, { attempt, ask, headers }, resolve);
      },
      chunk: (chunk) => {
        if (relay) return relay.chunk(chunk);
        bytes += chunk.length;
        if (bytes > limits.replyBytes)
          return attempt.upstream?.abort(new Error(`a reply of more than ${limits.replyBytes} bytes`));
        chunks.push(chunk);
      },
      ended: () => {
        if (relay) return relay.ended();
        try {
          resolve(conclude(job, { attempt, ask, headers }, status, Buffer.concat(chunks, bytes).toString()));
        } catch (error) {
          reject(error); // thrown into the HTTP client's callback, it would leave the caller without any answer
        }
      },
      failed: (error) => {
        if (relay) return relay.failed(error);
        resolve(failureOf(error, target, job.requestId));
      },
    });
  });
}

type Replied = { attempt: Attempt; ask: Ask; headers: UpstreamHeaders };

/** What a whole reply makes of the call: an answer, which is sent, or a failure. */
function conclude(job: Job, { attempt, ask, headers }: Replied, status: number, text: string): Failure | null {
  const { target } = attempt;
  const { retryAfter, queueMs } = headers;
  if (status !== 200)
    return failureOfComplaint(target.dialect.classify({ status, retryAfter, text }, ask), target, ask);
  if (ask.stream || attempt.end) return brokenReply(target);
  let reply: ReadReply;
  try {
    reply = target.dialect.readReply(text, ask);
  } catch {
    return brokenReply(target);
  }
  beginAnswer(job, attempt);
  const { finishReason, usage } = reply;
  const cost = usage ? job.costHeader(usage) : null;
  if (cost !== null) job.head.push("x-forge-cost-usd", cost);
  const attempts = job.attempts.length;
  job.head.push("x-forge-attempts", String(attempts));
  job.finish({ status: 200, errorCode: null, finishReason, usage, queueMs, attempts });
  sendJson(job.outgoing, 200, job.head, reply.body);
  return null;
}
