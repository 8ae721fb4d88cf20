import type { IncomingMessage } from "node:http";
import { DomainError } from "#server/errors.ts";

const bodyLimitBytes = 32 * 1024 * 1024;

/**
 * The whole request body as a parsed JSON value. Throws TOO_LARGE above 32 MiB and INVALID when it is not JSON,
 * breaks off, or stops coming for longer than the server's idle timeout.
 */
export async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const text = await readText(incoming);
  try {
    return JSON.parse(text);
  } catch {
    throw new DomainError("INVALID", text === "" ? "the request has no body" : "the request body is not valid JSON");
  }
}

function readText(incoming: IncomingMessage): Promise<string> {
  const tooLarge = () => new DomainError("TOO_LARGE", `a request body may have at most ${bodyLimitBytes >> 20} MiB`);
  if (Number(incoming.headers["content-length"] ?? 0) > bodyLimitBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bodyLimitBytes) return reject(tooLarge());
      chunks.push(chunk);
    });
    incoming.on("end", () => resolve(Buffer.concat(chunks, bytes).toString()));
    incoming.on("error", (cause) => reject(new DomainError("INVALID", "the request broke off", { cause })));
    incoming.on("timeout", () =>
      reject(new DomainError("INVALID", "the request body stopped coming", { reason: "request_timeout" })),
    );
  });
}
