import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import type { Connection } from "#cli/client.ts";
import { sendFile, UploadError } from "#components/datasets/send-file.ts";
import { DomainError, errorCodes } from "#server/errors.ts";

/**
 * Send a file of this machine to the console in parts → the finished upload's id. An upload of this file that broke off
 * is gone on with. `onProgress` gets the bytes sent and the file's length. Throws what the console says, INVALID when
 * the file cannot be read.
 */
export async function sendPath(
  connection: Connection,
  path: string,
  onProgress: (sentBytes: number, bytes: number) => void = () => {},
): Promise<string> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new DomainError("INVALID", `${path} cannot be read: is it there, and yours?`, { cause });
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new DomainError("INVALID", notAFile(path));
    const { size } = found;
    const filename = basename(path);
    return await send(connection, { file, filename, size }, (sent) => onProgress(sent, size));
  } finally {
    await file.close();
  }
}

/** A folder or a pipe: neither has a length to send, or can be read twice. */
export function notAFile(path: string) {
  return `${path} is not a file: give one file of this disk`;
}

type Source = { file: Awaited<ReturnType<typeof open>>; filename: string; size: number };

async function send(connection: Connection, source: Source, onProgress: (sent: number) => void): Promise<string> {
  const { file, filename, size } = source;
  const read = async (offset: number, length: number) => {
    const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
  const open = (await connection.trpc.datasets.uploads.query()).find(
    (upload) => upload.filename === filename && upload.bytes === size,
  );
  try {
    return await sendFile(
      { name: filename, size, read },
      {
        baseUrl: connection.url,
        headers: connection.headers,
        uploadId: open?.id ?? null,
        onProgress,
        sha256: async (part) => createHash("sha256").update(part).digest("hex"),
        wholeSha256: () => hashFile(read, size),
      },
    );
  } catch (error) {
    throw asDomainError(error, connection.url);
  }
}

/** Read again at the end: parts may have come from an earlier run, and the file may have changed since. */
async function hashFile(read: (offset: number, length: number) => Promise<Uint8Array>, size: number): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < size; ) {
    const part = await read(at, 1 << 20);
    if (part.length === 0) break;
    hash.update(part);
    at += part.length;
  }
  return hash.digest("hex");
}

function asDomainError(error: unknown, url: string): unknown {
  if (!(error instanceof UploadError)) {
    return new DomainError(
      "UNAVAILABLE",
      `the console at ${url} does not answer; run the same command again to go on`,
      {
        cause: error,
      },
    );
  }
  return isErrorCode(error.code) ? new DomainError(error.code, error.message, { cause: error }) : error;
}

function isErrorCode(code: string): code is keyof typeof errorCodes {
  return Object.hasOwn(errorCodes, code);
}
