import { SetAPrice } from "#components/economics/set-a-price.tsx";
import type { HomeData } from "#components/home/home-data.ts";
import { EvidenceChip } from "#components/ui/evidence-chip.tsx";
import { Fact, Facts } from "#components/ui/facts.tsx";
import { formatCompact, formatDurationMs, formatNumber, formatPercent, formatUsdNanos } from "#components/ui/format.ts";

const source = "The gateway's log of the last 24 hours";

/** The last 24 hours in one strip; what nobody measured says so. */
export function HomeFacts({ facts }: { facts: HomeData["facts"] }) {
  const answered = facts.requests - facts.refused;
  const measured = <EvidenceChip kind="measured" source={source} />;
  const hasTokens = facts.promptTokens !== null || facts.completionTokens !== null;
  return (
    <Facts>
      <Fact
        label={`Requests, ${facts.windowHours} h`}
        value={formatNumber(facts.requests)}
        note={facts.refused > 0 ? `${formatNumber(facts.refused)} refused (4xx)` : "none refused"}
      />
      <Fact
        label="Failed"
        value={answered > 0 ? formatPercent(facts.failed / answered) : "no requests"}
        muted={answered === 0}
        note={
          answered > 0 ? (
            <>
              {`${formatNumber(facts.failed)} of ${formatNumber(answered)}`} {measured}
            </>
          ) : undefined
        }
      />
      <Fact
        label="TTFT, p95"
        value={facts.ttftP95Ms === null ? "not measured" : formatDurationMs(facts.ttftP95Ms)}
        muted={facts.ttftP95Ms === null}
        note={
          facts.ttftP95Ms === null ? (
            "no streams yet"
          ) : (
            <>
              n = {formatNumber(facts.ttftCount)} {measured}
            </>
          )
        }
      />
      <Fact
        label="Tokens"
        value={hasTokens ? formatCompact((facts.promptTokens ?? 0) + (facts.completionTokens ?? 0)) : "not measured"}
        muted={!hasTokens}
        note={
          hasTokens
            ? `${formatCompact(facts.promptTokens ?? 0)} in, ${formatCompact(facts.completionTokens ?? 0)} out`
            : undefined
        }
      />
      <Fact
        label="Cost"
        value={formatUsdNanos(facts.costUsdNanos)}
        muted={facts.costUsdNanos === null}
        note={
          facts.costUsdNanos === null ? (
            <SetAPrice />
          ) : facts.priced < facts.requests ? (
            `${formatNumber(facts.priced)} of ${formatNumber(facts.requests)} requests have a price`
          ) : (
            measured
          )
        }
      />
    </Facts>
  );
}
