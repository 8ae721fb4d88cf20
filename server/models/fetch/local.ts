import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DomainError } from "#server/errors.ts";
import { chooseModel } from "#server/models/check/choose.ts";
import type { Fetched } from "#server/models/import/work.ts";
import type { Storage } from "#server/storage.ts";

/** The model's files in a folder on this machine, or one GGUF file. Throws NOT_FOUND, REFUSED when there is no model. */
export async function findLocal(location: string, wanted?: string): Promise<Fetched> {
  const found = await stat(location).catch(() => null);
  if (!found) throw new DomainError("NOT_FOUND", `there is nothing at ${location}`, { reason: "weights_missing" });
  const folder = found.isDirectory() ? location : dirname(location);
  const paths = found.isDirectory() ? await readdir(location) : [basename(location)];
  const choice = await chooseModel(paths, wanted, async (path) => join(folder, path));
  const files = choice.paths.map((path) => {
    const file = join(folder, path);
    return {
      path,
      file,
      store: (storage: Storage, signal: AbortSignal) => storage.put(createReadStream(file), signal),
    };
  });
  return { format: choice.format, files };
}
