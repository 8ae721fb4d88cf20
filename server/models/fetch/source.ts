import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DomainError } from "#server/errors.ts";
import { fetchFromHub } from "#server/models/fetch/hub.ts";
import { findLocal } from "#server/models/fetch/local.ts";
import { findUploads } from "#server/models/fetch/uploads.ts";
import type { Fetched, ImportWork } from "#server/models/import/work.ts";

const samples = fileURLToPath(new URL("../../../samples", import.meta.url));

/** Bring the files of an import to this machine and choose those that make the model. Throws DomainError. */
export async function fetchSource(work: ImportWork): Promise<Fetched> {
  const source = work.version.source;
  if (!source) throw new DomainError("INVALID", "the import names no source");
  if (source.kind === "hub") return fetchFromHub(work, source);
  if (source.kind === "upload") return findUploads(work, source.files ?? []);
  return findLocal(source.kind === "sample" ? join(samples, source.location) : source.location, source.file);
}
