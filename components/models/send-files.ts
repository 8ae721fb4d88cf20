import { sendFile } from "#components/datasets/send-file.ts";
import type { PickedFile } from "#components/models/picked-files.ts";

/**
 * Send a model's files one after another → their uploads, as models.import takes them. `onProgress` gets the bytes sent
 * of all; aborting stops between parts. Throws UploadError.
 */
export async function sendModelFiles(
  files: readonly PickedFile[],
  on: { slug: string; signal: AbortSignal; onProgress: (sentBytes: number) => void },
): Promise<{ path: string; uploadId: string }[]> {
  const sent: { path: string; uploadId: string }[] = [];
  let before = 0;
  for (const { path, file } of files) {
    const read = async (offset: number, length: number) =>
      new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
    const uploadId = await sendFile(
      { name: path, size: file.size, read },
      {
        baseUrl: "",
        headers: { "x-forge-project": on.slug },
        signal: on.signal,
        sha256: partSha256(),
        onProgress: (bytes) => on.onProgress(before + bytes),
      },
    );
    before += file.size;
    sent.push({ path, uploadId });
  }
  return sent;
}

/** Pages without TLS have no digest; the length is checked all the same. */
function partSha256() {
  const { subtle } = globalThis.crypto;
  if (!subtle) return null;
  return async (part: Uint8Array<ArrayBuffer>) =>
    Array.from(new Uint8Array(await subtle.digest("SHA-256", part)), (byte) => byte.toString(16).padStart(2, "0")).join(
      "",
    );
}
