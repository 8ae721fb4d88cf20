import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Ctx } from "#server/context.ts";
import { createDatasetVersion } from "#server/datasets/create-version.ts";
import { DomainError } from "#server/errors.ts";
import type { Storage } from "#server/storage.ts";

/** Processes start in the repository's root; a bundler would move anything found through import.meta. */
const samplePath = join(process.cwd(), "samples", "triage", "train.jsonl");

/** Import our own sample, support-ticket triage, as the next version of the dataset `triage`. Same result as datasets.create. */
export async function useSample(ctx: Ctx & { storage: Storage }) {
  const blob = await ctx.storage.put(createReadStream(samplePath)).catch((cause: unknown) => {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError("UNAVAILABLE", "the sample is not in this installation (samples/triage/train.jsonl)", {
      cause,
    });
  });
  return createDatasetVersion(ctx, { name: "triage", filename: "triage-train.jsonl", blob });
}
