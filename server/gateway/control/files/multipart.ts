import type { IncomingMessage } from "node:http";
import { finished } from "node:stream";
import { Busboy, type BusboyHeaders } from "@fastify/busboy";
import type { Blob } from "#server/blob-files.ts";
import { maxUploadBytes } from "#server/datasets/input.ts";
import { DomainError } from "#server/errors.ts";
import type { Storage } from "#server/storage.ts";

const fieldsAtMost = 20;
const fieldBytesAtMost = 64 * 1024;
/** What a form has beside its file: boundaries, headers, fields. */
const formBytesAtMost = 4 * 1024 * 1024;

export type ReceivedForm = { fields: Record<string, string>; file: { filename: string; blob: Blob } | null };

/**
 * Read a multipart body: text fields, and one file, of the part with that name, that is streamed to storage, in any
 * order. Throws INVALID when the body is no form, brings two files, or breaks off, TOO_LARGE past `bytesAtMost`,
 * whatever part the bytes come in (nothing is kept then).
 */
export async function receiveForm(
  incoming: IncomingMessage,
  storage: Storage,
  { part, bytesAtMost = maxUploadBytes }: { part: string; bytesAtMost?: number },
): Promise<ReceivedForm> {
  const { "content-type": type = "" } = incoming.headers;
  if (!type.startsWith("multipart/form-data"))
    throw new DomainError("INVALID", `send multipart/form-data with the part ${part}`, { field: part });
  if (incoming.headers["content-encoding"])
    throw new DomainError("INVALID", "send the form without content-encoding: a file in it may be gzip", {
      field: "content-encoding",
    });
  const fields: Record<string, string> = Object.create(null);
  let stored: Promise<{ filename: string; blob: Blob }> | null = null;
  const gone = new AbortController();
  const parser = openParser({ ...incoming.headers, "content-type": type }, bytesAtMost);
  parser.on("field", (name, value) => {
    fields[formName(name)] = value;
  });
  parser.on("file", (name, stream, filename) => {
    // at once: a form that ends inside its file says so before storage listens, and unheard it would end the process
    stream.on("error", () => gone.abort());
    if (formName(name) !== part) return stream.resume();
    stream.once("limit", () => {
      const message = `${part} has more than ${bytesAtMost} bytes: send it in smaller parts`;
      gone.abort(new DomainError("TOO_LARGE", message, { field: part }));
    });
    stored = storage.put(stream, gone.signal).then((blob) => ({ filename: formName(filename) || "file", blob }));
    stored.catch(() => gone.abort()); // a full disk ends the upload; it is thrown below
  });
  const parsed = new Promise<void>((resolve, reject) => {
    const broken = (cause: unknown) =>
      reject(new DomainError("INVALID", "the upload broke off or is not a valid form", { field: part, cause }));
    parser.on("finish", resolve);
    parser.on("error", broken);
    parser.on("filesLimit", () => broken(new Error("more than one file")));
    finished(incoming, { writable: false }, (error) => error && broken(error));
    gone.signal.addEventListener("abort", () => broken(gone.signal.reason));
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesAtMost + formBytesAtMost) return;
      gone.abort(new DomainError("TOO_LARGE", "this form holds more than its file", { field: part }));
    });
  });
  incoming.pipe(parser);
  try {
    await parsed;
  } catch (error) {
    gone.abort();
    incoming.unpipe(parser);
    incoming.pause();
    const why = gone.signal.reason instanceof DomainError ? gone.signal.reason : await settledError(stored);
    throw why instanceof DomainError ? why : error;
  }
  return { fields, file: stored ? await stored : null };
}

/** Clients write these three characters of a name so, and no other: HTML, "multipart/form-data encoding algorithm". */
function formName(text: string): string {
  return text.replaceAll("%22", '"').replace(/%0D/gi, "\r").replace(/%0A/gi, "\n");
}

function openParser(headers: BusboyHeaders, fileSize: number) {
  try {
    return new Busboy({ headers, limits: { files: 1, fields: fieldsAtMost, fieldSize: fieldBytesAtMost, fileSize } });
  } catch (cause) {
    const message = "the content-type must name the boundary between the form's parts, in at most 200 characters";
    throw new DomainError("INVALID", message, { field: "content-type", cause });
  }
}

async function settledError(stored: Promise<unknown> | null): Promise<unknown> {
  try {
    await stored;
    return null;
  } catch (error) {
    return error;
  }
}
