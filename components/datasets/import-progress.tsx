import type { DatasetRow } from "#components/datasets/data.ts";
import { formatBytes, formatNumber, formatPercent, formatRemaining } from "#components/ui/format.ts";
import { Progress } from "#components/ui/progress.tsx";

type Moving = Pick<DatasetRow["latest"], "sourceBytes" | "bytesRead" | "rowsRead" | "waitingFor">;

/** How far an import is: bar, share, rate and what is left. The rate is the server's own. */
export function ImportProgress({
  version,
  bytesPerSecond,
  label,
}: {
  version: Moving;
  bytesPerSecond: number | null;
  label: string;
}) {
  const { sourceBytes, bytesRead, waitingFor } = version;
  const share = sourceBytes > 0 ? bytesRead / sourceBytes : 0;
  const left = bytesPerSecond ? (sourceBytes - bytesRead) / bytesPerSecond : null;
  if (waitingFor) return <span className="text-hold text-xs">Waiting: {waitingFor}</span>;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <Progress value={share} label={label} className="w-37.5" />
      <span className="text-ink-3 text-xs tabular-nums">
        {bytesPerSecond === null || left === null
          ? "waiting for a worker"
          : `${formatPercent(share, 0)}, ${formatBytes(bytesPerSecond)}/s, ${formatRemaining(left)} left`}
      </span>
    </span>
  );
}

/** Rows so far, for the fact strip and the list. */
export function rowsSoFar(version: Pick<DatasetRow["latest"], "rowsRead" | "status" | "review">): string {
  if (version.review === "mapping") return "not read"; // the reading stopped at its columns
  if (version.rowsRead > 0) return formatNumber(version.rowsRead);
  return version.status === "importing" ? "…" : "not read";
}
