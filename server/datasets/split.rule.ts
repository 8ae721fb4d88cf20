type Split = { trainRows: number | null; validationRows: number | null; validationShareBp: number };

/**
 * Why a version that was read has no row to train on, though it was not meant as an eval set, and how to choose the
 * split; null while it has one.
 */
export function nothingToTrain({ trainRows, validationRows, validationShareBp }: Split): string | null {
  if (trainRows !== 0 || !validationRows || validationShareBp === 10_000) return null;
  const rows = validationRows === 1 ? "the one row falls" : `all ${validationRows.toLocaleString("en")} rows fall`;
  return `no row is left to train on: ${rows} into validation. Import the file with a smaller share, --validation 0 keeps none`;
}
