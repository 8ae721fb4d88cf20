import { createReadStream } from "node:fs";
import { sql } from "drizzle-orm";
import { datasetVersions } from "#db/schema/datasets.ts";
import type { Ctx } from "#server/context.ts";
import { openBlobWriter } from "#server/datasets/blob-writer.ts";
import { finishImport } from "#server/datasets/finish-import.ts";
import { inspectFile } from "#server/datasets/pass/inspect.ts";
import { DomainError } from "#server/errors.ts";
import { beat, type Claim, claim, release } from "#server/jobs/lease.ts";
import { datasetImports } from "#server/jobs/leased.ts";
import { log } from "#server/log.ts";
import { notifyLive } from "#server/signals/live.ts";
import { asDiskError, requireRoom, type Storage } from "#server/storage.ts";

/** More is no quicker, but leaves more garbage about. */
const readBytes = 128 * 1024;
const beatEveryMs = 1_000;
/** A file that ended so many workers would end the next one too. */
const maxAttempts = 5;

/**
 * The job behind an upload: one streaming pass writes the train, validation and set-aside files and moves the version to
 * ready, needs_review or refused. Safe to run twice and to be killed anywhere: nothing shows before the last transaction.
 * Throws NO_ROOM when the disk is full; the version then says so and the import is tried again.
 */
export async function importDataset(
  ctx: Ctx & { storage: Storage },
  { versionId }: { versionId: string },
  signal: AbortSignal,
) {
  const version = await claim(ctx, datasetImports, versionId, { set: { bytesRead: 0, rowsRead: 0 } });
  if (!version) return { outcome: "skipped" as const };
  if (version.leaseAttempt - version.forgivenAttempts > maxAttempts)
    return finishImport(ctx, version, { gaveUp: maxAttempts });
  try {
    await requireRoom(ctx.storage, `importing ${version.filename}`, version.sourceBytes);
    return await readThrough(ctx, version, signal);
  } catch (error) {
    const known = asDiskError(error);
    const waits = known instanceof DomainError && known.code === "NO_ROOM";
    const waitingFor = waits && known instanceof Error ? known.message : null;
    const forgiven = waits || signal.aborted ? 1 : 0; // the file is not to blame
    await release(ctx, datasetImports, version, {
      waitingFor,
      forgivenAttempts: sql`${datasetVersions.forgivenAttempts} + ${forgiven}`,
    });
    await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "datasets", id: version.datasetId });
    if (!waitingFor) throw known;
    if (!version.waitingFor) log.warn({ versionId, why: waitingFor }, "datasets.import_waits"); // once, not at every try
    throw new DomainError("NO_ROOM", waitingFor, { reason: "waits", cause: known });
  }
}

async function readThrough(
  ctx: Ctx & { storage: Storage },
  version: Claim<typeof datasetVersions>,
  signal: AbortSignal,
) {
  const lost = new AbortController();
  const stop = AbortSignal.any([signal, lost.signal]);
  const open = () => openBlobWriter(ctx.storage, stop);
  const writers = { train: open(), validation: open(), setAside: open() };
  let beatenAt = performance.now();
  try {
    const source = createReadStream(ctx.storage.pathOf(version.sourceBlob), { highWaterMark: readBytes });
    const report = await inspectFile(source, {
      filename: version.filename,
      mapping: version.mapping,
      validationShareBp: version.validationShareBp,
      sinks: { train: writers.train.write, validation: writers.validation.write, setAside: writers.setAside.write },
      signal: stop,
      onProgress: async (progress) => {
        if (performance.now() - beatenAt < beatEveryMs) return;
        beatenAt = performance.now();
        const { bytesRead, rowsRead } = progress;
        if (!(await beat(ctx, datasetImports, version, { bytesRead, rowsRead, waitingFor: null }))) lost.abort();
        await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "datasets", id: version.datasetId });
      },
    });
    const [train, validation, setAside] = await Promise.all([
      writers.train.finish(),
      writers.validation.finish(),
      writers.setAside.finish({ optional: true }),
    ]);
    return await finishImport(ctx, version, { report, blobs: { train, validation, setAside } });
  } catch (error) {
    await Promise.all(Object.values(writers).map((writer) => writer.abort()));
    if (lost.signal.aborted) return { outcome: "skipped" as const };
    throw error;
  }
}
