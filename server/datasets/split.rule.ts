import type { DatasetShape, DatasetStatus } from "#db/enums.ts";

type Split = { trainRows: number | null; validationRows: number | null; validationShareBp: number };

/** A version's status as it is shown: one that was read but holds nothing to train on is not just "ready". */
export type VersionState = DatasetStatus | "validation_only";

export function stateOf({ status, trainRows }: { status: DatasetStatus; trainRows: number | null }): VersionState {
  return status === "ready" && trainRows === 0 ? "validation_only" : status;
}

/** Why a version that was read has no row to train on, though it was not meant as an eval set; null while it has one. */
export function nothingToTrain({ trainRows, validationRows, validationShareBp }: Split): string | null {
  if (trainRows !== 0 || !validationRows || validationShareBp === 10_000) return null;
  const rows = validationRows === 1 ? "the one row falls" : `all ${validationRows.toLocaleString("en")} rows fall`;
  return `no row is left to train on: ${rows} into validation`;
}

/** What a shape cannot be used for, said as early as the file is checked; null for what SFT learns from. */
export function notForSft(shape: DatasetShape | null): string | null {
  if (shape === "preference") return "preference data: not used for SFT, which has one answer to learn";
  if (shape !== "unpaired_preference") return null;
  return "unpaired preference data (KTO): not used for SFT, which would learn the bad answers too";
}
