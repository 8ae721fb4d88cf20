import { createReadStream } from "node:fs";
import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type ListFileEntry, listFiles, modelInfo } from "@huggingface/hub";
import { and, eq } from "drizzle-orm";
import { type ModelSource, modelVersions } from "#db/schema/models.ts";
import { env } from "#server/env.ts";
import { DomainError } from "#server/errors.ts";
import { chooseModel } from "#server/models/check/choose.ts";
import { downloadFile, type HubPlace } from "#server/models/fetch/download.ts";
import type { Fetched, ImportWork } from "#server/models/import/work.ts";
import type { Storage } from "#server/storage.ts";
import { requireRoom } from "#server/storage.ts";

/**
 * Download a model from the Hub (or HF_ENDPOINT): its revision pinned to a commit, only the files that make the model,
 * each resumed where it stopped and checked against the hash that the Hub names. Throws NOT_FOUND, FORBIDDEN, REFUSED, UNAVAILABLE.
 */
export async function fetchFromHub(work: ImportWork, source: ModelSource): Promise<Fetched> {
  const { ctx, folder, signal, tell } = work;
  tell({ step: "asking the Hub" });
  const place = await pin(work, source);
  const entries = new Map<string, ListFileEntry>();
  for (const entry of await list(place)) entries.set(entry.path, entry);
  const choice = await chooseModel([...entries.keys()], source.file, async (path) => {
    const entry = entries.get(path);
    const file = join(folder, "to-choose");
    if (entry) await downloadFile(place, entry, file, { signal, report: () => {} });
    return file;
  });
  const chosen = choice.paths.flatMap((path) => entries.get(path) ?? []);
  const bytesTotal = chosen.reduce((sum, entry) => sum + entry.size, 0);
  const largest = Math.max(0, ...chosen.map((entry) => entry.size));
  // the files, one of them twice while it becomes a blob, and the GGUF that is made of them
  const made = choice.format === "gguf" ? 0 : bytesTotal;
  await requireRoom(ctx.storage, `importing ${source.location}`, bytesTotal + largest + made);
  const files: Fetched["files"] = [];
  let finished = 0;
  for (const [index, entry] of chosen.entries()) {
    const file = join(folder, `file-${index}`);
    const report = (bytes: number) =>
      tell({ step: `downloading ${entry.path}`, bytesDone: finished + bytes, bytesTotal });
    await downloadFile(place, entry, file, { signal, report });
    finished += entry.size;
    files.push({ path: entry.path, file, store: (storage, signal) => storeFetched(storage, entry, file, signal) });
  }
  return { format: choice.format, files };
}

async function list(place: HubPlace): Promise<ListFileEntry[]> {
  const entries: ListFileEntry[] = [];
  try {
    for await (const entry of listFiles({ ...place, recursive: true })) if (entry.type === "file") entries.push(entry);
  } catch (cause) {
    throw hubError(cause, place.repo.name, place.revision);
  }
  return entries;
}

/** A branch moves; a commit does not: what was asked for is resolved once and remembered for every later attempt. */
async function pin({ ctx, version }: ImportWork, source: ModelSource): Promise<HubPlace> {
  const { HF_ENDPOINT, HF_TOKEN } = env();
  const credentials = {
    ...(HF_ENDPOINT ? { hubUrl: HF_ENDPOINT } : {}),
    ...(HF_TOKEN ? { accessToken: HF_TOKEN } : {}),
  };
  const repo = { type: "model" as const, name: source.location };
  if (source.revision && /^[0-9a-f]{40}$/.test(source.revision))
    return { repo, revision: source.revision, ...credentials };
  const asked = source.revision ?? "main";
  const info = await modelInfo({
    name: source.location,
    revision: asked,
    additionalFields: ["sha"],
    ...credentials,
  }).catch((cause: unknown) => {
    throw hubError(cause, source.location, asked);
  });
  const revision = info.sha;
  await ctx.db
    .update(modelVersions)
    .set({ source: { ...source, revision } })
    .where(and(eq(modelVersions.id, version.id), eq(modelVersions.projectId, ctx.projectId)));
  return { repo, revision, ...credentials };
}

/** What the Hub's status means for a person. */
function hubError(cause: unknown, repo: string, revision: string): DomainError {
  if (cause instanceof TypeError && cause.message.includes("access token")) {
    return new DomainError("INVALID", `HF_TOKEN is not a Hub token: ${cause.message}`, { cause, reason: "hub_token" });
  }
  const status = cause && typeof cause === "object" && "statusCode" in cause ? cause.statusCode : null;
  if (status === 404) {
    return new DomainError("NOT_FOUND", `the Hub has no model ${repo} at revision ${revision}`, {
      cause,
      reason: "hub_404",
    });
  }
  if (status === 401 || status === 403) {
    const message = `the Hub does not give ${repo} to us: accept its terms there and set HF_TOKEN`;
    return new DomainError("FORBIDDEN", message, { cause, reason: "hub_denied" });
  }
  const why = status ? `answered ${status}` : "did not answer";
  return new DomainError("UNAVAILABLE", `the Hub ${why}: try again`, { cause, reason: "hub_unavailable" });
}

/**
 * The blob is a copy, because another worker may still hold the fetched file open; then a link to the blob takes the
 * file's place, so that a later attempt finds what was fetched and the disk holds it once.
 */
async function storeFetched(storage: Storage, entry: ListFileEntry, file: string, signal: AbortSignal) {
  const blob = await storage.put(createReadStream(file), signal);
  if (!entry.lfs) return blob;
  await rm(file, { force: true });
  if (blob.sha256 !== entry.lfs.oid) {
    const message = `${entry.path} is no longer what the Hub promised: import it again`;
    throw new DomainError("REFUSED", message, { reason: "hash_mismatch" });
  }
  await symlink(storage.pathOf(blob.sha256), file);
  return blob;
}
