/** What a disk has, and how much of it stays free for the database and the logs. */
export type Room = { freeBytes: number; keptBytes: number };

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Binary units, three digits: 512 → "512 B", 6_442_451 → "6.1 MiB", 12_884_901_888 → "12 GiB". */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_024;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** Why there is no room for `bytes` more; null when there is. `what` begins the sentence: "the file", "this training". */
export function whyNoRoom(what: string, bytes: number, { freeBytes, keptBytes }: Room): string | null {
  if (bytes + keptBytes <= freeBytes) return null;
  const kept = keptBytes > 0 ? `, of which ${formatSize(keptBytes)} stay free for the database` : "";
  const has = `the disk of the data folder has ${formatSize(freeBytes)} free${kept}`;
  return `${what} needs ${formatSize(bytes)}, ${has}: free space (./forge status shows what takes it), then try again`;
}
