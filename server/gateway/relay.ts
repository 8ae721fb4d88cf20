import type { UpstreamHeaders } from "#server/gateway/contract.ts";
import { brokenReply, type Failure, failureOf, failureOfComplaint } from "#server/gateway/failure.ts";
import { openStream } from "#server/gateway/headers.ts";
import { type InFlight, type Job, leftEnding } from "#server/gateway/job.ts";
import { readChunk, type Usage } from "#server/gateway/reply.ts";
import { CallAborted } from "#server/gateway/upstream-error.ts";
import { sseParser } from "#server/inference/client/sse.ts";

type Attempt = { attempt: number; headers: UpstreamHeaders; inFlight: InFlight };

/**
 * Pass a host's events on to the caller as they come. `done` gets a failure only while nothing was sent, so that
 * another target may be tried; afterwards a broken stream ends with an error event and no [DONE], never as success.
 */
export function relayStream(job: Job, from: Attempt, done: (failure: Failure | null) => void) {
  const { outgoing, timer } = job;
  const { inFlight } = from;
  const events: string[] = [];
  const parser = sseParser((data) => events.push(data));
  let over = false;
  let held = "";
  let usage: Usage | null = null;
  let contentChunks = 0;
  let finishReason: string | null = null;

  const common = () => ({ finishReason, usage, queueMs: from.headers.queueMs, attempts: from.attempt });

  /** Hosts send a chunk for each token, so what a caller had when it left is known without the usage. */
  const usageSoFar = (): Usage | null => {
    const { promptTokens } = from.headers;
    return usage ?? (promptTokens === null ? null : { promptTokens, completionTokens: contentChunks });
  };

  const open = () => {
    inFlight.begun = true;
    if (outgoing.headersSent) return;
    job.head.push("x-forge-attempts", String(from.attempt));
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
    if (inFlight.left) {
      job.finish(leftEnding(from.attempt, usageSoFar(), from.headers.queueMs));
      return done(null);
    }
    if (!inFlight.begun && !pending) return done(failure);
    open();
    const { status, body } = failure.refusal;
    job.finish({ status, errorCode: body.error.code ?? body.error.type, ...common() });
    outgoing.end(`${pending}data: ${JSON.stringify(body)}\n\n`);
    done(null);
  };

  const spoken = () => contentChunks > 0 || finishReason !== null;

  const abort = (failure: Failure, pending: string) => {
    breakOff(failure, pending);
    inFlight.call?.abort(new CallAborted("the reply is of no use"));
  };

  const chunk = (bytes: Buffer) => {
    if (over) return;
    let pending = held;
    held = "";
    try {
      parser.push(bytes);
      for (const data of events.splice(0)) {
        if (data === "[DONE]") return complete(pending);
        const read = readChunk(data, job.askedModel, job.includeUsage);
        if (read.error) return abort(failureOfComplaint(502, read.error, job), spoken() ? pending : "");
        for (const choice of read.content) {
          contentChunks++;
          timer.content(performance.now(), choice);
        }
        finishReason = read.finishReason ?? finishReason;
        usage = read.usage ?? usage;
        for (const text of read.send) pending += `data: ${text}\n\n`;
      }
    } catch {
      return abort(brokenReply(), spoken() ? pending : "");
    }
    if (!pending) return;
    if (!spoken()) {
      held = pending; // who speaks, but no word yet: until then it may move to another host
      return;
    }
    open();
    if (!outgoing.write(pending) && !outgoing.destroyed) {
      inFlight.call?.pause();
      outgoing.once("drain", () => inFlight.call?.resume());
    }
  };

  return {
    chunk,
    ended: () => (finishReason === null ? breakOff(brokenReply()) : complete("")),
    failed: (error: Error) => breakOff(failureOf(error, job.requestId)),
  };
}

/** `: forge-timings {…}`, a comment that every SSE client skips and the playground reads. */
function timingsComment(job: Job, from: Attempt, outputTokens: number | null): string {
  const times = { ...job.timer.done(performance.now(), outputTokens), queueMs: from.headers.queueMs };
  return `: forge-timings ${JSON.stringify(times)}\n\n`;
}
