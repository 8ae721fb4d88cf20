import { formatTied } from "#components/evals/grader-text.ts";
import { Card } from "#components/ui/card.tsx";
import { formatNumber, formatPercent } from "#components/ui/format.ts";
import type { GraderSummary } from "#db/eval-summary.ts";

/** How the cases went, as one bar: won, tied, lost; and each side's own share with its interval. */
export function WinsCard({
  summary,
  candidate,
  baseline,
}: {
  summary: GraderSummary;
  candidate: string;
  baseline: string;
}) {
  const parts = [
    { label: `${formatNumber(summary.wins)} won`, count: summary.wins, className: "bg-s1" },
    { label: formatTied(summary), count: summary.ties, className: "bg-hover" },
    { label: `${formatNumber(summary.losses)} lost`, count: summary.losses, className: "bg-s0" },
  ];
  const sides = [
    { name: candidate, ...summary.candidate },
    { name: baseline, ...summary.baseline },
  ];
  return (
    <Card title="Wins, losses, ties">
      <div className="flex h-6 gap-0.5 overflow-hidden rounded-md" aria-hidden>
        {parts.map(
          (part) =>
            part.count > 0 && <i key={part.label} className={part.className} style={{ flexGrow: part.count }} />,
        )}
      </div>
      <ul className="mt-3 flex flex-wrap gap-x-4 text-ink-2 text-xs">
        {parts.map((part) => (
          <li key={part.label} className="flex items-center gap-1.5">
            <i aria-hidden className={`size-2.5 rounded-sm ${part.className}`} />
            {part.label}
          </li>
        ))}
      </ul>
      <dl className="mt-4 grid gap-2 border-t pt-3">
        {sides.map((side) => (
          <div key={side.name} className="flex justify-between gap-4">
            <dt className="text-ink-3">{side.name}</dt>
            <dd className="text-right tabular-nums">
              {summary.n === 0 ? (
                <span className="text-ink-3">not measured</span>
              ) : (
                <>
                  {formatPercent(side.score)}{" "}
                  <span className="text-ink-3 text-xs">
                    {formatPercent(side.low, 1)} to {formatPercent(side.high, 1)}
                  </span>
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
