import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { DomainError } from "#server/errors.ts";
import { deepestJson, isDeeperThan } from "#server/text/json-depth.rule.ts";
import { mayHoldUnstorable, unstorablePath } from "#server/text/stored-text.rule.ts";

/** A request as Node's server or as the web's platform gives it. */
type Asked = IncomingMessage | Request;

const inflate = promisify(gunzip);

/**
 * The JSON value of a request's body: the one way a body is read, on gateway, console and host. gzip is accepted.
 * Throws TOO_LARGE beyond `mostBytes`, sent or unpacked, without reading on; INVALID for what is not JSON in UTF-8, is
 * nested too deep, breaks off, or stops coming.
 */
export async function readJson(from: Asked, mostBytes: number): Promise<unknown> {
  const text = await readText(from, mostBytes);
  const value = parseJson(text);
  if (text.length > largeBytes) await turnOfLarge(); // what is made of it takes as long again
  return value;
}

/** The same for what Postgres is to keep: INVALID, with the field, for a text that it cannot. */
export async function readStorableJson(from: Asked, mostBytes: number): Promise<unknown> {
  const text = await readText(from, mostBytes);
  const value = parseJson(text);
  if (mayHoldUnstorable(text)) refuseUnstorable(value);
  return value;
}

/** Throws INVALID with the place of the first text in `value` that Postgres cannot keep. */
export function refuseUnstorable(value: unknown): void {
  const path = unstorablePath(value);
  if (!path) return;
  const field = path.join(".");
  const message = "holds a NUL character or half a surrogate pair, which cannot be stored";
  throw new DomainError("INVALID", `${field || "the text"} ${message}`, { field: field || undefined });
}

/** The body as text, unpacked and in UTF-8. Throws as `readJson`. */
export async function readText(from: Asked, mostBytes: number): Promise<string> {
  const bytes = await unpack(await readBytes(from, mostBytes), headerOf(from, "content-encoding"), mostBytes);
  if (bytes.length > largeBytes) await turnOfLarge();
  if (!isUtf8(bytes)) throw new DomainError("INVALID", "the request body is not valid UTF-8");
  return bytes.toString();
}

/** Parsing more than this takes milliseconds, in which nobody else is served. */
const largeBytes = 256 * 1024;
let lastLarge: Promise<void> = Promise.resolve();

/** Large bodies are parsed, and used, one in each round of the event loop: what others wait for comes between two of them. */
function turnOfLarge(): Promise<void> {
  lastLarge = lastLarge.then(() => new Promise((resolve) => setImmediate(resolve)));
  return lastLarge;
}

/** Parse JSON that came from outside. Throws INVALID. */
export function parseJson(text: string): unknown {
  if (isDeeperThan(text)) throw new DomainError("INVALID", `the JSON is nested deeper than ${deepestJson} levels`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = text === "" ? "the request has no body" : "the request body is not valid JSON";
    throw new DomainError("INVALID", message, { cause });
  }
}

/** The bytes as they were sent. Throws TOO_LARGE, INVALID. */
export async function readBytes(from: Asked, mostBytes: number): Promise<Buffer> {
  if (Number(headerOf(from, "content-length") ?? 0) > mostBytes) throw tooLarge(mostBytes);
  return from instanceof Request ? readStream(from.body, mostBytes) : readIncoming(from, mostBytes);
}

function readIncoming(incoming: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= mostBytes) return void chunks.push(chunk);
      incoming.off("data", onData);
      incoming.pause(); // the rest is for the server to cut: see unread-body.ts
      chunks.length = 0;
      reject(tooLarge(mostBytes));
    };
    incoming.on("data", onData);
    incoming.on("end", () => resolve(Buffer.concat(chunks, bytes)));
    incoming.on("error", (cause) => reject(brokeOff(cause)));
    incoming.on("timeout", () =>
      reject(new DomainError("INVALID", "the request body stopped coming", { reason: "request_timeout" })),
    );
  });
}

async function readStream(body: ReadableStream<Uint8Array> | null, mostBytes: number): Promise<Buffer> {
  if (!body) return Buffer.alloc(0);
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw brokeOff(cause);
    });
    if (done) return Buffer.concat(chunks, bytes);
    bytes += value.byteLength;
    // Not cancelled: that would destroy the socket under the answer. Nobody reads on, so nothing more comes.
    if (bytes > mostBytes) throw tooLarge(mostBytes);
    chunks.push(value);
  }
}

async function unpack(bytes: Buffer, encoding: string | null, mostBytes: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? "";
  if (name === "" || name === "identity") return bytes;
  if (name !== "gzip")
    throw new DomainError("INVALID", `the content-encoding ${name.slice(0, 40)} is not supported: send gzip or none`, {
      field: "content-encoding",
    });
  try {
    return await inflate(bytes, { maxOutputLength: mostBytes });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(mostBytes);
    throw new DomainError("INVALID", "the request body is not valid gzip", { field: "content-encoding", cause });
  }
}

function headerOf(from: Asked, name: "content-length" | "content-encoding"): string | null {
  return from instanceof Request ? from.headers.get(name) : (from.headers[name] ?? null);
}

function tooLarge(mostBytes: number) {
  const most = mostBytes >= 1 << 20 ? `${mostBytes >> 20} MiB` : `${mostBytes >> 10} KiB`;
  return new DomainError("TOO_LARGE", `this request body may have at most ${most}`);
}

function brokeOff(cause: unknown) {
  return cause instanceof DomainError ? cause : new DomainError("INVALID", "the request broke off", { cause });
}
