import { join } from "node:path";
import { z } from "zod";
import { env } from "#server/env.ts";
import { log } from "#server/log.ts";
import { TrainerFailure } from "#server/models/python/failure.ts";
import { runModule } from "#server/models/python/python.ts";
import { jsonOrNull } from "#server/text/json.rule.ts";

/** The converter's one line. */
export const ConvertResult = z.union([
  z.object({
    kind: z.enum(["base", "adapter"]),
    path: z.string(),
    bytes: z.number().int(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }),
]);

/** F16 halves a base without a loss that shows; an adapter is small, so it keeps its F32. */
const outTypes = { base: "f16", adapter: "f32" } as const;

/**
 * Make the GGUF of a base folder, or of an adapter folder on that base, at `out` → {bytes, sha256}.
 * Throws TrainerFailure with the converter's own code, message and hint.
 */
export async function convertToGguf(
  paths: { base: string; adapter?: string; out: string },
  signal: AbortSignal,
): Promise<{ bytes: number; sha256: string }> {
  const kind = paths.adapter ? "adapter" : "base";
  const converters = join(env().FORGE_TOOLS, "converters");
  const adapter = paths.adapter ? ["--adapter", paths.adapter] : [];
  const args = ["--base", paths.base, ...adapter, "--out", paths.out, "--converters", converters];
  const ended = await runModule("largeforge_trainer.convert", [...args, "--out-type", outTypes[kind]], signal);
  signal.throwIfAborted();
  const line = ended.stdout.trim().split("\n").at(-1) ?? "";
  const result = ConvertResult.safeParse(jsonOrNull(line));
  if (result.success && "sha256" in result.data) return result.data;
  log.warn({ kind, code: ended.code, killedBy: ended.killedBy, stderr: ended.log }, "runs.conversion_failed");
  if (result.success && "code" in result.data) throw new TrainerFailure(result.data);
  const why = ended.killedBy ? `was ended by ${ended.killedBy}` : `ended with exit code ${ended.code}`;
  throw new TrainerFailure({
    code: "CRASH",
    message: `the conversion of the ${kind} to GGUF ${why}`,
    hint: ended.killedBy
      ? "Most often there was not enough memory: free some, then try again."
      : `Its last words: ${ended.log.trim().split("\n").at(-1) ?? "none"}`,
  });
}
