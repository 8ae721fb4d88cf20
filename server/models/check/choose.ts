import { DomainError } from "#server/errors.ts";
import { type Choice, chooseFiles, indexName } from "#server/models/check/choose.rule.ts";
import { readIndex } from "#server/models/check/model.ts";

/**
 * `chooseFiles` for a folder that can be looked into: where an index names the weight files, no others, because some
 * repositories hold the same weights once more as consolidated.safetensors. `bring` gives the place where a file lies,
 * fetching it if need be. An index that cannot be read changes nothing: `checkModel` says what is wrong with it.
 */
export async function chooseModel(
  paths: readonly string[],
  wanted: string | undefined,
  bring: (path: string) => Promise<string>,
): Promise<Choice> {
  const choice = chooseFiles(paths, wanted);
  if (!choice.paths.includes(indexName)) return choice;
  const index = await readIndex(await bring(indexName)).catch((error: unknown) => {
    if (error instanceof DomainError) return null;
    throw error;
  });
  if (!index) return choice;
  const shards = new Set(Object.values(index));
  return { ...choice, paths: choice.paths.filter((path) => !path.endsWith(".safetensors") || shards.has(path)) };
}
