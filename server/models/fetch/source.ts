import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DomainError } from "#server/errors.ts";
import { chooseModel } from "#server/models/check/choose.ts";
import { fetchFromHub } from "#server/models/fetch/hub.ts";
import { findUploads } from "#server/models/fetch/uploads.ts";
import type { Fetched, ImportWork } from "#server/models/import/work.ts";
import type { Storage } from "#server/storage.ts";

const samples = fileURLToPath(new URL("../../../samples", import.meta.url));

/** Bring the files of an import to this machine and choose those that make the model. Throws DomainError. */
export async function fetchSource(work: ImportWork): Promise<Fetched> {
  const source = work.version.source;
  if (!source) throw new DomainError("INVALID", "the import names no source");
  if (source.kind === "hub") return fetchFromHub(work, source);
  if (source.kind === "upload") return findUploads(work, source.files ?? []);
  return findLocal(source.kind === "sample" ? join(samples, source.location) : source.location, source.file);
}

/** A folder on this machine, or one GGUF file. */
async function findLocal(location: string, wanted?: string): Promise<Fetched> {
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
