"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { UploadError } from "#components/datasets/send-file.ts";
import { type Failure, failureOf } from "#components/failure.ts";
import type { PickedFile } from "#components/models/picked-files.ts";
import { sendModelFiles } from "#components/models/send-files.ts";
import { useTRPC } from "#components/trpc.tsx";

export type ImportRequest =
  | { way: "sample" }
  | { way: "hub"; name: string; repo: string; revision?: string; file?: string }
  | { way: "files"; name: string; files: PickedFile[] };

/** Send what must be sent, register the base and go to its page. `sentBytes` is null while nothing is being sent. */
export function useImport(slug: string, onDone: () => void) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const router = useRouter();
  const abort = useRef<AbortController | null>(null);
  const [sentBytes, setSentBytes] = useState<number | null>(null);
  const importModel = useMutation(trpc.models.import.mutationOptions());
  const importSample = useMutation(trpc.models.importSample.mutationOptions());
  const run = useMutation({
    mutationFn: async (request: ImportRequest) => {
      if (request.way === "sample") {
        await importSample.mutateAsync();
        return null;
      }
      const { name } = request;
      if (request.way === "hub") {
        const { repo, revision, file } = request;
        return importModel.mutateAsync({ name, source: { kind: "hub", repo, revision, file } });
      }
      abort.current = new AbortController();
      setSentBytes(0);
      const sending = { slug, signal: abort.current.signal, onProgress: setSentBytes };
      const files = await sendModelFiles(request.files, sending).finally(() => setSentBytes(null));
      return importModel.mutateAsync({ name, source: { kind: "upload", files } });
    },
    onSuccess: async (version) => {
      onDone();
      await client.invalidateQueries(trpc.models.pathFilter());
      router.push(version ? `/${slug}/models/${version.modelId}` : `/${slug}/models`);
    },
  });
  return {
    start: run.mutate,
    stop: () => abort.current?.abort(),
    sentBytes,
    pending: run.isPending,
    failure: run.error && !abort.current?.signal.aborted ? failureFrom(run.error) : null,
  };
}

function failureFrom(error: Error): Failure {
  if (!(error instanceof UploadError)) return failureOf(error);
  return { message: error.message, code: error.code, field: "files", reason: null, requestId: error.requestId };
}
