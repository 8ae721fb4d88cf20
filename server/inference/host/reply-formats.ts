import { randomUUID } from "node:crypto";
import type { ReplyFormat } from "#server/inference/host/answer.ts";
import type { TokenReport, TokenText } from "#server/inference/host/contract.ts";
import { printed } from "#server/inference/host/token-bytes.rule.ts";

/** OpenAI's chat.completion and chat.completion.chunk. */
export function chatFormat(model: string, logprobs: boolean, createdAtSeconds: number): ReplyFormat {
  const reported = (tokens: readonly TokenReport[]) => (logprobs ? { content: tokens.map(chatToken) } : null);
  return {
    id: `chatcmpl-${randomUUID()}`,
    model,
    created: createdAtSeconds,
    logprobs,
    chunkObject: "chat.completion.chunk",
    wholeObject: "chat.completion",
    open: (index) => ({ index, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null }),
    chunk: (index, text, tokens) => ({
      index,
      delta: { content: text },
      logprobs: reported(tokens),
      finish_reason: null,
    }),
    end: (index, finish) => ({ index, delta: {}, logprobs: null, finish_reason: finish }),
    whole: (index, text, tokens, finish) => ({
      index,
      message: { role: "assistant", content: text, refusal: null },
      logprobs: reported(tokens),
      finish_reason: finish,
    }),
  };
}

/** OpenAI's text_completion. */
export function textFormat(model: string, logprobs: boolean, createdAtSeconds: number): ReplyFormat {
  const reported = (tokens: readonly TokenReport[]) => (logprobs ? textTokens(tokens) : null);
  return {
    id: `cmpl-${randomUUID()}`,
    model,
    created: createdAtSeconds,
    logprobs,
    chunkObject: "text_completion",
    wholeObject: "text_completion",
    open: () => null,
    chunk: (index, text, tokens) => ({ index, text, logprobs: reported(tokens), finish_reason: null }),
    end: (index, finish) => ({ index, text: "", logprobs: null, finish_reason: finish }),
    whole: (index, text, tokens, finish) => ({ index, text, logprobs: reported(tokens), finish_reason: finish }),
  };
}

function chatToken({ top, ...token }: TokenReport) {
  return { ...asTop(token), top_logprobs: top.map(asTop) };
}

function asTop(token: TokenText & { logprob: number }) {
  return { token: token.text, logprob: token.logprob, bytes: bytesOf(token) };
}

/** Null where the tokenizer does not say and the token is only part of a character. */
function bytesOf({ text, bytes }: TokenText) {
  if (bytes) return [...bytes];
  return text.includes("\uFFFD") ? null : [...new TextEncoder().encode(text)];
}

function textTokens(tokens: readonly TokenReport[]) {
  return {
    tokens: tokens.map(spelled),
    token_logprobs: tokens.map((token) => token.logprob),
    top_logprobs: tokens.map(({ top }) => Object.fromEntries(top.map((other) => [spelled(other), other.logprob]))),
    text_offset: tokens.map((token) => token.offset),
  };
}

/** This endpoint has no field for bytes: OpenAI writes a token that is no whole character `bytes:\\xe2\\x82`. */
function spelled({ text, bytes }: TokenText) {
  return bytes && !printed(bytes).whole ? `bytes:${text}` : text;
}
