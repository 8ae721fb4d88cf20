import type { CallerKey, Reservation } from "#server/gateway/contract.ts";
import { type Bucket, levelAt, resetText, secondsUntil } from "#server/gateway/limits.rule.ts";

export type Limits = { requestsPerMinute: number; tokensPerMinute: number; concurrent: number };

/** Far above what one team sends, low enough that one runaway script cannot take everyone's gateway. */
export const defaultLimits: Limits = { requestsPerMinute: 60_000, tokensPerMinute: 20_000_000, concurrent: 512 };

type Account = { requests: Bucket; tokens: Bucket; running: number };

const accountsAtMost = 100_000;

/**
 * Per-key limits, exact in this one process. A call reserves one request and its place before anything else and
 * settles its tokens at the end: the token bucket may go below zero once and then refuses until it is refilled.
 */
export function createLimits(limits: Limits = defaultLimits, clock: () => number = () => performance.now()) {
  const accounts = new Map<string, Account>();

  const accountOf = (id: string, nowMs: number): Account => {
    let account = accounts.get(id);
    if (!account) {
      if (accounts.size >= accountsAtMost) forgetIdle(accounts, limits, nowMs);
      const full = (level: number): Bucket => ({ level, atMs: nowMs });
      account = { requests: full(limits.requestsPerMinute), tokens: full(limits.tokensPerMinute), running: 0 };
      accounts.set(id, account);
    }
    return account;
  };

  return function reserve(key: Pick<CallerKey, "id">): Reservation {
    const nowMs = clock();
    const account = accountOf(key.id, nowMs);
    const requests = levelAt(account.requests, limits.requestsPerMinute, nowMs);
    const tokens = levelAt(account.tokens, limits.tokensPerMinute, nowMs);
    const refusal = refusalOf(account.running, requests, tokens, limits);
    if (refusal) return { granted: false, headers: headersOf(requests, tokens, limits), ...refusal };
    account.requests = { level: requests - 1, atMs: nowMs };
    account.running++;
    let settled = false;
    const settle = (used: number) => {
      if (settled) return;
      settled = true;
      account.running--;
      if (used === 0) return;
      const atMs = clock();
      account.tokens = { level: levelAt(account.tokens, limits.tokensPerMinute, atMs) - used, atMs };
    };
    return { granted: true, headers: headersOf(requests - 1, tokens, limits), settle };
  };
}

function refusalOf(running: number, requests: number, tokens: number, limits: Limits) {
  if (running >= limits.concurrent)
    return { retryAfterSeconds: 1, message: `this key already has ${running} calls in flight: wait for one to end` };
  if (requests < 1) {
    const retryAfterSeconds = secondsUntil(requests, 1, limits.requestsPerMinute);
    const message = `this key may send ${limits.requestsPerMinute} requests per minute: try again in ${retryAfterSeconds} s`;
    return { retryAfterSeconds, message };
  }
  if (tokens <= 0) {
    const retryAfterSeconds = secondsUntil(tokens, 1, limits.tokensPerMinute);
    const message = `this key may use ${limits.tokensPerMinute} tokens per minute: try again in ${retryAfterSeconds} s`;
    return { retryAfterSeconds, message };
  }
  return null;
}

function headersOf(requests: number, tokens: number, limits: Limits): readonly string[] {
  return [
    "x-ratelimit-limit-requests",
    String(limits.requestsPerMinute),
    "x-ratelimit-remaining-requests",
    String(Math.max(0, Math.floor(requests))),
    "x-ratelimit-reset-requests",
    resetText(requests, limits.requestsPerMinute),
    "x-ratelimit-limit-tokens",
    String(limits.tokensPerMinute),
    "x-ratelimit-remaining-tokens",
    String(Math.max(0, Math.floor(tokens))),
    "x-ratelimit-reset-tokens",
    resetText(tokens, limits.tokensPerMinute),
  ];
}

/** An account whose buckets are full again and that runs nothing is worth nothing. */
function forgetIdle(accounts: Map<string, Account>, limits: Limits, nowMs: number) {
  for (const [id, account] of accounts) {
    const idle =
      account.running === 0 &&
      levelAt(account.requests, limits.requestsPerMinute, nowMs) >= limits.requestsPerMinute &&
      levelAt(account.tokens, limits.tokensPerMinute, nowMs) >= limits.tokensPerMinute;
    if (idle) accounts.delete(id);
  }
}
