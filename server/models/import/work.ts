import type { Blob } from "#server/blob-files.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import type { Choice } from "#server/models/check/choose.rule.ts";
import type { ModelFile } from "#server/models/check/model.ts";
import type { Progress, Version } from "#server/models/import/progress.ts";
import type { Storage } from "#server/storage.ts";

/** One import under way. */
export type ImportWork = {
  ctx: ProjectJobCtx;
  version: Version;
  /** for unfinished files; kept between attempts */
  folder: string;
  signal: AbortSignal;
  tell: (progress: Partial<Progress>) => void;
};

/** A file that lies on this machine, and how it becomes a blob. */
export type FetchedFile = ModelFile & { store: (storage: Storage, signal: AbortSignal) => Promise<Blob> };
export type Fetched = { format: Choice["format"]; files: FetchedFile[] };
