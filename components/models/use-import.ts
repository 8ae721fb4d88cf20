"use client";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { z } from "zod";
import { SendStopped } from "#components/form/use-verb-form.ts";
import type { PickedFile } from "#components/models/picked-files.ts";
import { sendModelFiles } from "#components/models/send-files.ts";
import { useTRPC } from "#components/trpc.tsx";
import { HubSource, ModelName } from "#server/models/input.ts";

/** What is imported: the input of `models.import`, but with the files that are still to be sent. */
export const ImportRequest = z.discriminatedUnion("way", [
  z.object({ way: z.literal("sample") }),
  z.object({ way: z.literal("hub"), name: ModelName, source: HubSource }),
  z.object({
    way: z.literal("files"),
    name: ModelName,
    files: z.array(z.custom<PickedFile>()).min(1, "choose the model's files"),
  }),
]);
export type ImportRequest = z.infer<typeof ImportRequest>;

/** Send what must be sent and register the base → its version, null for the sample. `sentBytes` is null while nothing is being sent. */
export function useImport(slug: string) {
  const trpc = useTRPC();
  const abort = useRef<AbortController | null>(null);
  const [sentBytes, setSentBytes] = useState<number | null>(null);
  const importModel = useMutation(trpc.models.import.mutationOptions());
  const importSample = useMutation(trpc.models.importSample.mutationOptions());

  async function start(request: ImportRequest) {
    if (request.way === "sample") {
      await importSample.mutateAsync();
      return null;
    }
    const { name } = request;
    if (request.way === "hub") return importModel.mutateAsync({ name, source: request.source });
    abort.current = new AbortController();
    const { signal } = abort.current;
    setSentBytes(0);
    const files = await sendModelFiles(request.files, { slug, signal, onProgress: setSentBytes })
      .catch((cause: unknown) => {
        throw signal.aborted ? new SendStopped("stopped by the person", { cause }) : cause;
      })
      .finally(() => setSentBytes(null));
    return importModel.mutateAsync({ name, source: { kind: "upload", files } });
  }

  return { start, stop: () => abort.current?.abort(), sentBytes };
}
