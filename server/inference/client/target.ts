import type { ChatBody, CompletionBody } from "#server/inference/client/input.ts";
import type { ErrorBody } from "#server/inference/client/wire.ts";

/** Who a call is made for, as far as a target may know: ids only. */
export type CallerIds = { id: string; projectId: string };

/** A request on its way out: what a signature may have to cover. `call` is null for a question of the gateway's own. */
export type Outgoing = { path: string; body: string; call: { requestId: string; caller: CallerIds } | null };

/** One place that can answer calls: an inference host of this installation, or an endpoint elsewhere. */
export type Target = {
  /** what attempts are recorded and connections are kept by: unique among all targets */
  id: string;
  kind: "host" | "upstream";
  /** scheme, host and port */
  origin: string;
  dialect: Dialect;
  /** the headers that say who asks, names and values in turn; made for each request, so that it may sign or refresh */
  auth: (request: Outgoing) => readonly string[];
  /** milliseconds: to connect; until an answer begins; of silence inside one */
  timeouts: { connectMs: number; firstByteMs: number; silenceMs: number };
  limits: {
    /** connections at once; further calls wait in this process */
    connections: number;
    /** of a whole answer, which is kept in memory until it is complete */
    replyBytes: number;
  };
};

/** One call in OpenAI's shape, as a dialect has to put it. */
export type Ask = {
  endpoint: "/v1/chat/completions" | "/v1/completions";
  /** the caller's own, checked by input.ts, fields it does not know included */
  body: ChatBody | CompletionBody;
  /** what the target calls the model */
  model: string;
  /** what the caller called it, under which every answer goes out */
  askedModel: string;
  stream: boolean;
  /** the caller wants the usage at the end of a stream */
  includeUsage: boolean;
};

export type Usage = { promptTokens: number; completionTokens: number };

/** What one event of a stream says, and what the caller is sent for it. */
export type ReadChunk = {
  /** JSON texts of OpenAI's chunks to send, each as one event; empty when the caller is owed nothing */
  send: string[];
  /** the choices that got content */
  content: number[];
  /** OpenAI's word for why a choice ended */
  finishReason: string | null;
  usage: Usage | null;
  /** the target's own error event */
  error: ErrorBody | null;
  /** the stream says of itself that it is complete */
  done: boolean;
};

export type ReadReply = { body: string; finishReason: string | null; usage: Usage | null };

/** An answer other than 200, as it came. */
export type RefusedReply = { status: number; retryAfter: string | null; text: string };

/** The same in OpenAI's words; `status` is the one that OpenAI gives for it, by which retries and callers go. */
export type Complaint = { status: number; error: ErrorBody; retryAfterSeconds: number | null };

/** Cuts the bytes of a stream into the texts of its events. */
export type EventParser = { push: (bytes: Uint8Array) => void };

/** How a target words its wire. All of it is pure: no network, no clock beyond what a reader keeps of its own stream. */
export type Dialect = {
  /** The request to send. Throws INVALID, with the field, for what this wire has no words for. */
  encode: (ask: Ask) => { path: string; headers: readonly string[]; body: string };
  /** What a stream is told by, and how it is cut into events. */
  stream: { contentType: string; parser: (onEvent: (text: string) => void) => EventParser };
  /** A reader of one stream, which may keep what earlier events said. It throws for what is no event of this dialect. */
  readChunk: (ask: Ask) => (text: string) => ReadChunk;
  /** A whole answer as OpenAI's. Throws when it is none. */
  readReply: (text: string, ask: Ask) => ReadReply;
  /** What a refusal means, whatever it looks like. */
  classify: (reply: RefusedReply, ask: Ask) => Complaint;
};
