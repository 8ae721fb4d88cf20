import { openStream } from "#server/gateway/headers.ts";
import type { Job } from "#server/gateway/job.ts";

/** Proxies cut a connection that is silent for a minute. */
const repeatMs = 15_000;

/**
 * While a stream waits for its first token, open it and say so: SSE comments, which every client skips, with its place in
 * the host's queue. The call has not begun by that, so it may still move to another host; a refusal that comes now
 * is an event of the stream. Returns what ends the notices.
 */
export function noticeWait(job: Job): () => void {
  const { outgoing, noticeAfterMs } = job;
  let over = false;
  let timer: NodeJS.Timeout | null = null;

  const say = async () => {
    const target = job.attempts.at(-1)?.target;
    const position = target ? await job.positionOf(target, job.requestId) : null;
    if (over || job.begun || outgoing.destroyed) return;
    if (!outgoing.headersSent) openStream(outgoing, job.head);
    outgoing.write(position === null ? ": waiting\n\n" : `: queued position=${position}\n\n`);
    timer = setTimeout(() => void say(), repeatMs);
  };

  if (noticeAfterMs > 0) timer = setTimeout(() => void say(), noticeAfterMs);
  return () => {
    over = true;
    if (timer) clearTimeout(timer);
  };
}
