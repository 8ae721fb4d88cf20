import { stat } from "node:fs/promises";
import { readGgufHeader } from "#server/inference/client/gguf-header.ts";
import type { EngineRef } from "#server/inference/client/ref.ts";
import type { Engine } from "#server/inference/host/engine.ts";
import type { ProbeReport } from "#server/inference/host/probe.rule.ts";
import { readProbe, runProbe } from "#server/inference/host/probe.ts";
import { refusal } from "#server/inference/host/refusal.ts";

/**
 * Check an adapter's file and, when the ref names the trainer's record, let the engine prove it. Null without a record.
 * Throws a refusal: 404 for a missing file, 503 for one that is no adapter.
 */
export async function proveAdapter(
  engine: Engine,
  ref: EngineRef,
  pathOf: (sha256: string) => string,
): Promise<ProbeReport | null> {
  const path = pathOf(ref.adapterSha ?? "");
  if (!(await isFile(path))) throw refusal(404, "this host does not have the adapter's file", notFound);
  const header = await readGgufHeader(path).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refusal(503, `the adapter could not be loaded: ${why}`, { code: "adapter_failed", cause });
  });
  if (header.type !== "adapter") throw refusal(503, "the adapter's file is a whole model", { code: "adapter_failed" });
  if (!ref.probeSha) return null;
  return runProbe(engine, path, await readProbe(pathOf(ref.probeSha)));
}

export const notFound = { code: "model_not_found", param: "model" };

export function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (file) => file.isFile(),
    () => false,
  );
}
