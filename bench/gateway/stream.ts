import { Pool } from "undici";
import { sseParser } from "#server/inference/client/sse.ts";

/** As long as a support ticket with its instructions; every call is another text. */
const ticket =
  "Good morning. The amount on your bill can not be right and a form hangs when I save. Could you look at it before the weekend? ";
const endOfTurn = 2; // of nano: forbidden, so that every answer has its full length

export function chatBody(n: number, change: { max_tokens: number; content?: string; stream?: boolean }): string {
  const { max_tokens, stream = true, content = `${n} ${ticket.repeat(4)}` } = change;
  const messages = [{ role: "user", content }];
  const shape = { model: "nano", stream, temperature: 0.7, seed: n, logit_bias: { [endOfTurn]: -100 } };
  return JSON.stringify({ ...shape, max_tokens, messages });
}

export function openPool(origin: string, connections: number): Pool {
  return new Pool(origin, { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
}

export type Streamed = { status: number; ttftMs: number | null; gapsMs: number[]; ended: boolean };

/** One streamed chat → when its first content came and the gaps between the others, on this process's clock. */
export async function streamOnce(pool: Pool, key: string, body: string, signal?: AbortSignal): Promise<Streamed> {
  const startedMs = performance.now();
  const result: Streamed = { status: 0, ttftMs: null, gapsMs: [], ended: false };
  let lastMs = startedMs;
  const parser = sseParser((data) => {
    if (data === "[DONE]") result.ended = true;
    else if (/"(?:content|text)":"[^"]/.test(data)) {
      const nowMs = performance.now();
      if (result.ttftMs === null) result.ttftMs = nowMs - startedMs;
      else result.gapsMs.push(nowMs - lastMs);
      lastMs = nowMs;
    }
  });
  const reply = await pool.request({
    method: "POST",
    path: "/v1/chat/completions",
    body,
    signal,
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
  });
  result.status = reply.statusCode;
  if (reply.statusCode !== 200) await reply.body.dump();
  else for await (const bytes of reply.body) parser.push(bytes);
  return result;
}

/** Nearest rank. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function digits(value: number): number {
  return Number(value.toPrecision(3));
}
