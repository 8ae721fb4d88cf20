"use client";
import { useEffect, useRef, useState } from "react";
import { discardUpload, type Sendable, sendFile, UploadError } from "#components/datasets/send-file.ts";
import { forget, remember, remembered } from "#components/datasets/upload/remembered.ts";
import { SendStopped } from "#components/form/use-verb-form.ts";

export type UploadState =
  | { phase: "idle" }
  | { phase: "sending"; sent: number; bytesPerSecond: number | null }
  | { phase: "paused"; sent: number }
  | { phase: "failed"; sent: number; message: string; requestId: string | null }
  | { phase: "sent"; uploadId: string };

/** How much of the newest rate enters the shown one. */
const smoothing = 0.3;

/**
 * Send a chosen file in parts: pause, go on, cancel. A file that was begun before (this browser remembers it by name,
 * size and time of change) goes on where it stood. Leaving the page pauses.
 */
export function useUpload(project: string) {
  const [state, setState] = useState<UploadState>({ phase: "idle" });
  const stop = useRef<AbortController | null>(null);
  const sent = useRef(0);
  const sending = state.phase === "sending";

  useEffect(() => () => stop.current?.abort(), []);
  useEffect(() => {
    if (!sending) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [sending]);

  /** The finished upload's id; throws SendStopped when it was paused or has failed, which `state` tells. */
  async function start(file: File): Promise<string> {
    if (state.phase === "sent") return state.uploadId;
    const abort = new AbortController();
    stop.current = abort;
    const meter = createMeter();
    setState({ phase: "sending", sent: sent.current, bytesPerSecond: null });
    try {
      const uploadId = await sendFile(asSendable(file), {
        baseUrl: "",
        headers: { "x-forge-project": project },
        uploadId: remembered(project, file),
        signal: abort.signal,
        sha256: window.isSecureContext ? sha256 : null,
        onBegun: (id) => remember(project, file, id),
        onProgress: (bytes) => {
          sent.current = bytes;
          setState({ phase: "sending", sent: bytes, bytesPerSecond: meter(bytes) });
        },
      });
      forget(project, file);
      setState({ phase: "sent", uploadId });
      return uploadId;
    } catch (error) {
      if (abort.signal.aborted) throw new SendStopped("paused", { cause: error });
      if (error instanceof UploadError && ["NOT_FOUND", "CONFLICT"].includes(error.code)) forget(project, file);
      setState({ phase: "failed", sent: sent.current, ...wordsOf(error) });
      throw new SendStopped("the upload says why", { cause: error });
    }
  }

  return {
    state,
    start,
    pause() {
      stop.current?.abort();
      setState({ phase: "paused", sent: sent.current });
    },
    /** Forget the file; the server sweeps what has arrived. */
    async cancel(file: File) {
      stop.current?.abort();
      const id = remembered(project, file);
      forget(project, file);
      sent.current = 0;
      setState({ phase: "idle" });
      // what stays behind is offered again, and swept in the end
      if (id) await discardUpload(id, { baseUrl: "", headers: { "x-forge-project": project } }).catch(() => {});
    },
  };
}

/** Bytes per second, smoothed; the first call only sets the mark. */
function createMeter() {
  let last: { at: number; bytes: number } | null = null;
  let rate: number | null = null;
  return (bytes: number): number | null => {
    const at = performance.now();
    if (last && at > last.at) {
      const now = ((bytes - last.bytes) / (at - last.at)) * 1_000;
      rate = rate === null ? now : rate * (1 - smoothing) + now * smoothing;
    }
    last = { at, bytes };
    return rate;
  };
}

function asSendable(file: File): Sendable {
  return {
    name: file.name,
    size: file.size,
    read: async (offset, length) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
  };
}

async function sha256(part: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", part));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function wordsOf(error: unknown) {
  if (error instanceof UploadError) return { message: error.message, requestId: error.requestId };
  const message = "The connection to the console was lost. What has arrived is kept: go on when it is back.";
  return { message, requestId: null };
}
