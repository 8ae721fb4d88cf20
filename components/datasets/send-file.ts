/** What is sent: its name, its length in bytes, and a way to read a piece of it. */
export type Sendable = {
  name: string;
  size: number;
  read: (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;
};

export type SendOptions = {
  /** where the console is; "" on its own pages */
  baseUrl: string;
  /** credentials and `x-forge-project` */
  headers: Record<string, string>;
  /** go on with this upload instead of beginning one */
  uploadId?: string | null;
  /** called as soon as the upload exists, so that it can be gone on with later */
  onBegun?: (uploadId: string) => void;
  onProgress?: (sentBytes: number) => void;
  /** aborting pauses: what has arrived stays, call again with the upload's id */
  signal?: AbortSignal;
  /** sha256 in hex of a part; null where the platform has none (a page without TLS) */
  sha256?: ((part: Uint8Array<ArrayBuffer>) => Promise<string>) | null;
  /** sha256 in hex of the whole file, asked when all parts are there */
  wholeSha256?: () => Promise<string>;
};

/** Small enough for a smooth progress bar and a cheap retry; the server takes up to 32 MiB. */
const partBytes = 8 * 2 ** 20;
const maxTries = 6;
const firstWaitMs = 500;
const longestWaitMs = 15_000;

/** A request that failed for good, with the server's sentence. */
export class UploadError extends Error {
  readonly code: string;
  readonly requestId: string | null;
  /** as an error of tRPC carries it, for what shows errors of both */
  readonly data: { code: string; requestId: string | null };

  constructor(code: string, message: string, requestId: string | null = null) {
    super(message);
    this.name = "UploadError";
    this.code = code;
    this.requestId = requestId;
    this.data = { code, requestId };
  }
}

/**
 * Send a file in parts and finish it; returns the upload's id, with which a dataset can be made.
 * A part that fails by network or server is tried again from where the server stands; what cannot succeed
 * (a full disk, a damaged file, no rights) throws UploadError. Memory: one part.
 */
export async function sendFile(file: Sendable, options: SendOptions): Promise<string> {
  const request = requester(options);
  let uploadId = options.uploadId ?? null;
  let offset = 0;
  if (uploadId === null) {
    const begun = await request("POST", "/api/uploads", json({ filename: file.name, bytes: file.size }));
    const body: { id: string } = await begun.json();
    uploadId = body.id;
    options.onBegun?.(uploadId);
  } else offset = await receivedBytes(request, uploadId);
  const path = `/api/uploads/${uploadId}`;
  options.onProgress?.(offset);
  for (let tries = 0; offset < file.size; ) {
    try {
      offset = await sendPart(request, path, file, offset, options);
      tries = 0;
      options.onProgress?.(offset);
    } catch (error) {
      if (options.signal?.aborted || !mayPass(error) || ++tries >= maxTries) throw error;
      await waitMs(Math.min(longestWaitMs, firstWaitMs * 2 ** tries), options.signal);
      offset = await receivedBytes(request, uploadId).catch(() => offset);
    }
  }
  try {
    await request("POST", path, json({ bytes: file.size, sha256: await options.wholeSha256?.() }));
  } catch (error) {
    // all bytes are there and still it does not fit: going on with it would fail for ever
    if (error instanceof UploadError && error.code === "CONFLICT") await request("DELETE", path, {}).catch(() => {});
    throw error;
  }
  return uploadId;
}

/** Cancel an upload and delete what has arrived; one that is gone already is no error. Throws UploadError. */
export async function discardUpload(uploadId: string, options: SendOptions): Promise<void> {
  try {
    await requester(options)("DELETE", `/api/uploads/${uploadId}`, {});
  } catch (error) {
    if (!(error instanceof UploadError && error.code === "NOT_FOUND")) throw error;
  }
}

type Requester = (
  method: string,
  path: string,
  init: { body?: BodyInit; headers?: Record<string, string> },
) => Promise<Response>;

function requester({ baseUrl, headers, signal }: SendOptions): Requester {
  return async (method, path, init) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      signal,
      body: init.body,
      headers: { ...headers, ...init.headers },
    });
    if (!response.ok) throw await failureOf(response);
    return response;
  };
}

async function sendPart(request: Requester, path: string, file: Sendable, offset: number, options: SendOptions) {
  const part = await file.read(offset, Math.min(partBytes, file.size - offset));
  if (part.length === 0) throw new UploadError("CHANGED", "the file has become shorter while it was sent: start again");
  const sum: Record<string, string> = options.sha256 ? { "x-part-sha256": await options.sha256(part) } : {};
  const headers = { "content-type": "application/offset+octet-stream", "upload-offset": `${offset}`, ...sum };
  const response = await request("PATCH", path, { body: part, headers });
  return Number(response.headers.get("upload-offset"));
}

/** How many bytes the server has. */
async function receivedBytes(request: Requester, uploadId: string): Promise<number> {
  const response = await request("HEAD", `/api/uploads/${uploadId}`, {});
  return Number(response.headers.get("upload-offset"));
}

function json(body: unknown) {
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

/** A lost connection (no UploadError), a busy server, or a part that must be placed anew: worth another try. */
function mayPass(error: unknown): boolean {
  return !(error instanceof UploadError) || ["CONFLICT", "INTERNAL", "LIMITED"].includes(error.code);
}

async function failureOf(response: Response): Promise<UploadError> {
  const text = await response.text().catch(() => "");
  const fallback = new UploadError(
    response.status >= 500 ? "INTERNAL" : "FAILED",
    `the console answered ${response.status}`,
  );
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== "object" || body === null || !("error" in body)) return fallback;
    const error: { code?: unknown; message?: unknown; requestId?: unknown } = {
      ...(typeof body.error === "object" ? body.error : {}),
    };
    const requestId = typeof error.requestId === "string" ? error.requestId : null;
    if (typeof error.code !== "string" || typeof error.message !== "string") return fallback;
    return new UploadError(error.code, error.message, requestId);
  } catch {
    return fallback;
  }
}

function waitMs(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
