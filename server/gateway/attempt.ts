import { setTimeout as sleep } from "node:timers/promises";
import type { Target, UpstreamHeaders } from "#server/gateway/contract.ts";
import { brokenReply, type Failure, failureOf, failureOfReply } from "#server/gateway/failure.ts";
import { sendJson } from "#server/gateway/headers.ts";
import { type Attempt, type InFlight, type Job, leftEnding } from "#server/gateway/job.ts";
import { noticeWait } from "#server/gateway/notice.ts";
import { relayStream } from "#server/gateway/relay.ts";
import { readReply } from "#server/gateway/reply.ts";
import { CallAborted } from "#server/gateway/upstream-error.ts";

const attemptsAtMost = 3;
const backoffMs = 100;
const replyLimitBytes = 64 * 1024 * 1024;

/**
 * Ask the targets in turn until one answers: at most three attempts, and none once a byte has gone to the caller.
 * Returns null when the caller has the answer (or left), else the failure to tell them.
 */
export async function attemptCall(job: Job): Promise<(Failure & { attempts: number }) | null> {
  const inFlight: InFlight = { call: null, left: false, begun: false };
  let current: Target | null = null;
  const endNotices = job.stream ? noticeWait(job, inFlight, () => current) : () => {};
  return tryTargets(job, inFlight, (target) => {
    current = target;
  }).finally(endNotices);
}

async function tryTargets(job: Job, inFlight: InFlight, trying: (target: Target) => void) {
  job.outgoing.on("close", () => {
    if (job.outgoing.writableFinished) return;
    inFlight.left = true;
    inFlight.call?.abort(new CallAborted("the caller left"));
  });
  for (let attempt = 1; ; attempt++) {
    const target = job.targets[(attempt - 1) % job.targets.length];
    if (!target) throw new Error("a route without targets");
    trying(target);
    const made: Attempt = { hostId: target.hostId, startMs: performance.now(), end: null };
    job.attempts.push(made);
    const failure = await tryTarget(job, target, attempt, inFlight);
    if (!failure) return null;
    if (inFlight.left) {
      job.finish(leftEnding(attempt));
      return null;
    }
    const { status, body } = failure.refusal;
    made.end = { atMs: performance.now(), status, errorCode: body.error.code ?? body.error.type };
    const elsewhere = job.targets.length > 1;
    const worthIt = failure.retry === "anywhere" || (failure.retry === "elsewhere" && elsewhere);
    if (!worthIt || attempt === attemptsAtMost) return { ...failure, attempts: attempt };
    if (attempt >= job.targets.length) await sleep(backoffMs * attempt);
  }
}

function tryTarget(job: Job, target: Target, attempt: number, inFlight: InFlight): Promise<Failure | null> {
  return new Promise((resolve, reject) => {
    if (inFlight.left) return resolve(failureOf(new CallAborted("the caller left"), job.requestId));
    let status = 0;
    let headers: UpstreamHeaders = { contentType: "", queueMs: null, promptTokens: null, retryAfter: null };
    let relay: ReturnType<typeof relayStream> | null = null;
    const chunks: Buffer[] = [];
    let bytes = 0;
    const call = job.forward(
      target,
      { path: job.path, body: job.body, requestId: job.requestId, caller: job.caller },
      {
        started: (itsStatus, itsHeaders) => {
          status = itsStatus;
          headers = itsHeaders;
          if (status === 200 && job.stream && headers.contentType.startsWith("text/event-stream"))
            relay = relayStream(job, { attempt, headers, inFlight }, resolve);
        },
        chunk: (chunk) => {
          if (relay) return relay.chunk(chunk);
          bytes += chunk.length;
          if (bytes > replyLimitBytes)
            return inFlight.call?.abort(new Error(`a reply of more than ${replyLimitBytes} bytes`));
          chunks.push(chunk);
        },
        ended: () => {
          if (relay) return relay.ended();
          const text = Buffer.concat(chunks, bytes).toString();
          if (status !== 200) return resolve(failureOfReply(status, headers, text, job));
          if (job.stream) return resolve(brokenReply());
          try {
            resolve(sendWhole(job, text, attempt, headers.queueMs));
          } catch (error) {
            reject(error); // thrown into the HTTP client's callback, it would leave the caller without any answer
          }
        },
        failed: (error) => {
          if (relay) return relay.failed(error);
          resolve(failureOf(error, job.requestId));
        },
      },
    );
    inFlight.call = call;
  });
}

function sendWhole(job: Job, text: string, attempt: number, queueMs: number | null): Failure | null {
  let reply: ReturnType<typeof readReply>;
  try {
    reply = readReply(text, job.askedModel);
  } catch {
    return brokenReply();
  }
  const { finishReason, usage } = reply;
  const cost = usage ? job.costHeader(usage) : null;
  if (cost !== null) job.head.push("x-forge-cost-usd", cost);
  job.head.push("x-forge-attempts", String(attempt));
  job.finish({ status: 200, errorCode: null, finishReason, usage, queueMs, attempts: attempt });
  sendJson(job.outgoing, 200, job.head, reply.body);
  return null;
}
