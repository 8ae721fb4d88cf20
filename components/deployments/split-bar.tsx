import { seriesColor } from "#components/charts/chart-types.ts";
import { revisionColor } from "#components/deployments/revision-color.rule.ts";
import { percent } from "#server/deployments/weights.rule.ts";

function colorOf(number: number) {
  return seriesColor({ color: revisionColor(number) }, 0);
}

type Part = { id: string; number: number; weightBps: number };

/** Who gets how much, the newest at the left as the gateway counts them. `revisions` oldest first. */
export function SplitBar({ revisions, thin = false }: { revisions: readonly Part[]; thin?: boolean }) {
  const parts = revisions
    .map((revision) => ({ ...revision, color: colorOf(revision.number) }))
    .filter((revision) => revision.weightBps > 0)
    .reverse();
  const words = parts.map((part) => `v${part.number} ${percent(part.weightBps)}`).join(", ");
  return (
    <div
      role="img"
      aria-label={`Traffic: ${words}`}
      className={`flex w-full gap-0.5 overflow-hidden rounded-sm ${thin ? "h-2" : "h-7"}`}
    >
      {parts.map((part) => (
        <span
          key={part.id}
          title={`v${part.number} ${percent(part.weightBps)}`}
          style={{ flex: part.weightBps, background: part.color }}
          className="flex min-w-1 items-center overflow-hidden whitespace-nowrap px-1.5 text-sm"
        >
          {!thin && part.weightBps >= 1_000 && (
            // its own ground: no single text colour reads at 4.5 : 1 on all eight series in both themes
            <span className="rounded-sm bg-panel px-1.5 font-medium text-ink">{percent(part.weightBps)}</span>
          )}
        </span>
      ))}
    </div>
  );
}

/** The small square that names a revision's colour. */
export function RevisionMark({ number }: { number: number }) {
  return (
    <span
      aria-hidden
      className="inline-block size-2.5 shrink-0 rounded-[3px]"
      style={{ background: colorOf(number) }}
    />
  );
}
