import type { Connection } from "#cli/client.ts";
import { formatSize } from "#server/room.rule.ts";

export type Disk = Awaited<ReturnType<Connection["trpc"]["storage"]["machine"]["query"]>>;

const kindLabels = {
  datasets: "datasets and files",
  models: "models",
  uploads: "uploads and other unfinished work",
  runs: "runs and checkpoints",
  spool: "requests not yet stored",
  logs: "logs",
  database: "database",
  toBeFreed: "deleted, leaves within two hours",
} as const satisfies Record<keyof Disk["kinds"], string>;

/** The disk's lines of `forge status`: what is free, what takes how much, what is damaged. */
export function diskLines({ freeBytes, keptBytes, kinds, damaged }: Disk): string[] {
  const rows = Object.entries(kindLabels).map(
    ([kind, words]) => [words, kinds[kind as keyof typeof kindLabels]] as const, // safe because they are its own keys
  );
  return [
    `disk     ${formatSize(freeBytes)} free, of which ${formatSize(keptBytes)} stay free`,
    ...rows
      .filter(([, bytes]) => bytes > 0)
      .map(([words, bytes]) => `         ${formatSize(bytes).padStart(9)}  ${words}`),
    ...damaged.map((one) => `! ${formatDamage(one)}`),
  ];
}

type Damage = Pick<Disk["damaged"][number], "sha256" | "damage" | "uses">;

/** One damaged blob in a sentence: what is wrong, what uses it, and what fixes it. */
export function formatDamage({ sha256, damage, uses }: Damage): string {
  const what = damage === "missing" ? "is missing" : "is not what was stored";
  const names = uses.map((use) => `${use.kind} ${use.name} of project ${use.project}`);
  const used = names.length > 0 ? `it belongs to ${names.join(", ")}` : "nothing uses it";
  return `the stored file ${sha256.slice(0, 12)}… ${what}; ${used}. Uploading or importing the same file again fixes it`;
}
