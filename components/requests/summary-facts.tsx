import { SetAPrice } from "#components/economics/set-a-price.tsx";
import type { SummaryData } from "#components/requests/data.ts";
import { Fact, Facts } from "#components/ui/facts.tsx";
import {
  formatCompact,
  formatDurationMs,
  formatNumber,
  formatPercent,
  formatRate,
  formatUsdNanos,
} from "#components/ui/format.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";

const notMeasured = "not measured";

/** The strip under the filters: how much, how well, how fast, at what cost. */
export function SummaryFacts({ summary }: { summary: SummaryData | undefined }) {
  if (!summary) return <Skeleton className="h-18" />;
  const { requests, answered, failed, streams } = summary;
  const time = (ms: number | null) => (ms === null ? notMeasured : formatDurationMs(ms));
  return (
    <Facts>
      <Fact label="Requests" value={formatNumber(requests)} note={formatRate(requests, summary.minutes)} />
      <Fact
        label="Answered"
        value={requests === 0 ? notMeasured : formatPercent(answered / requests)}
        muted={requests === 0}
        note={failed > 0 ? `${formatNumber(failed)} failed on our side` : "none failed on our side"}
      />
      <Fact
        label="TTFT, p50"
        value={time(summary.ttftP50Ms)}
        muted={summary.ttftP50Ms === null}
        note={
          streams === 0
            ? "streams only; there were none"
            : `p95 ${time(summary.ttftP95Ms)}, ${formatNumber(streams)} streams`
        }
      />
      <Fact
        label="Total time, p50"
        value={time(summary.totalP50Ms)}
        muted={summary.totalP50Ms === null}
        note={summary.totalP95Ms === null ? "no answer yet" : `p95 ${time(summary.totalP95Ms)}`}
      />
      <Fact
        label="Output tokens"
        value={formatCompact(summary.completionTokens)}
        note={`${formatCompact(summary.promptTokens)} input tokens`}
      />
      <Fact
        label="Cost"
        value={formatUsdNanos(summary.costUsdNanos)}
        muted={summary.costUsdNanos === null}
        note={
          summary.priced === 0 ? <SetAPrice /> : `${formatNumber(summary.priced)} of ${formatNumber(requests)} priced`
        }
      />
    </Facts>
  );
}
