import type { UpstreamHeaders } from "#server/gateway/contract.ts";
import { brokenReply, type Failure, failureOf, failureOfComplaint } from "#server/gateway/failure.ts";
import { openStream } from "#server/gateway/headers.ts";
import { type Attempt, beginAnswer, type Job, leftEnding } from "#server/gateway/job.ts";
import { CallAborted } from "#server/gateway/upstream-error.ts";
import type { Ask, Usage } from "#server/inference/client/target.ts";
import type { ErrorBody } from "#server/inference/client/wire.ts";

type From = { attempt: Attempt; ask: Ask; headers: UpstreamHeaders };

/**
 * Pass a target's events on to the caller as they come. `done` gets a failure only while nothing was sent, so that
 * another target may be tried; afterwards a broken stream ends with an error event and no [DONE], never as success.
 */
export function relayStream(job: Job, from: From, done: (failure: Failure | null) => void) {
  const { outgoing, timer } = job;
  const { attempt } = from;
  const { target } = attempt;
  const { dialect } = target;
  const events: string[] = [];
  const parser = dialect.stream.parser((text) => events.push(text));
  const readChunk = dialect.readChunk(from.ask);
  let over = false;
  let held = "";
  let usage: Usage | null = null;
  let contentChunks = 0;
  let finishReason: string | null = null;

  const common = () => ({ finishReason, usage, queueMs: from.headers.queueMs, attempts: job.attempts.length });

  /** Hosts send a chunk for each token, so what a caller had when it left or the stream broke is known without the usage. */
  const usageSoFar = (): Usage | null => {
    const { promptTokens } = from.headers;
    return usage ?? (promptTokens === null ? null : { promptTokens, completionTokens: contentChunks });
  };

  const open = () => {
    if (!job.begun) beginAnswer(job, attempt);
    if (outgoing.headersSent) return;
    job.head.push("x-forge-attempts", String(job.attempts.length));
    openStream(outgoing, job.head);
  };

  const complete = (pending: string) => {
    if (over) return;
    over = true;
    open();
    job.finish({ status: 200, errorCode: null, ...common() });
    outgoing.end(
      `${pending}${job.timingsWanted ? timingsComment(job, from, usage?.completionTokens ?? null) : ""}data: [DONE]\n\n`,
    );
    done(null);
  };

  const breakOff = (failure: Failure, pending = "") => {
    if (over) return;
    over = true;
    if (job.left) {
      job.finish(leftEnding(job.attempts.length, usageSoFar(), from.headers.queueMs));
      return done(null);
    }
    if (attempt.end || (!job.begun && !pending)) return done(failure);
    open();
    const { status, body } = failure.refusal;
    job.finish({ status, errorCode: body.error.code ?? body.error.type, ...common(), usage: usageSoFar() });
    outgoing.end(`${pending}data: ${JSON.stringify(body)}\n\n`);
    done(null);
  };

  /** Whatever a target complains of inside an answer of 200, the answer is broken. */
  const failureOfEvent = (error: ErrorBody) =>
    failureOfComplaint({ status: 502, error, retryAfterSeconds: null }, target, from.ask);

  const spoken = () => contentChunks > 0 || finishReason !== null;

  const abort = (failure: Failure, pending: string) => {
    breakOff(failure, pending);
    attempt.upstream?.abort(new CallAborted("the reply is of no use"));
  };

  const chunk = (bytes: Buffer) => {
    if (over || attempt.end) return;
    let pending = held;
    held = "";
    try {
      parser.push(bytes);
      for (const data of events.splice(0)) {
        const read = readChunk(data);
        if (read.done) return complete(pending);
        if (read.error) return abort(failureOfEvent(read.error), spoken() ? pending : "");
        for (const choice of read.content) {
          contentChunks++;
          timer.content(performance.now(), choice);
        }
        finishReason = read.finishReason ?? finishReason;
        usage = read.usage ?? usage;
        for (const text of read.send) pending += `data: ${text}\n\n`;
      }
    } catch {
      return abort(brokenReply(target), spoken() ? pending : "");
    }
    if (!pending) return;
    if (!spoken()) {
      held = pending; // who speaks, but no word yet: until then it may move to another host
      return;
    }
    open();
    if (!outgoing.write(pending) && !outgoing.destroyed) {
      attempt.upstream?.pause();
      outgoing.once("drain", () => attempt.upstream?.resume());
    }
  };

  return {
    chunk,
    ended: () => (finishReason === null || attempt.end ? breakOff(brokenReply(target)) : complete("")),
    failed: (error: Error) => breakOff(failureOf(error, target, job.requestId)),
  };
}

/** `: forge-timings {…}`, a comment that every SSE client skips and the playground reads. */
function timingsComment(job: Job, from: From, outputTokens: number | null): string {
  const times = { ...job.timer.done(performance.now(), outputTokens), queueMs: from.headers.queueMs };
  return `: forge-timings ${JSON.stringify(times)}\n\n`;
}
