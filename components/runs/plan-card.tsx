import { FlowActions } from "#components/form/form.tsx";
import type { Plan } from "#components/runs/data.ts";
import { Card } from "#components/ui/card.tsx";
import { EvidenceChip } from "#components/ui/evidence-chip.tsx";
import { formatDurationMs, formatNumber, plural } from "#components/ui/format.ts";
import { SummaryLine } from "#components/ui/summary-line.tsx";

/** What will happen, how long and on what; the button says why it cannot be pressed. */
export function PlanCard({
  plan,
  unknown,
  why,
  pending,
  cancelHref,
}: {
  plan: Plan | undefined;
  /** what stands for each number while there is no plan */
  unknown: string;
  why: string | undefined;
  pending: boolean;
  cancelHref: string;
}) {
  const known = plan?.ok ? plan : null;
  const { value: tokens, evidence: tokenEvidence } = known?.trainedTokens ?? {
    value: null,
    evidence: "missing" as const,
  };
  const {
    value: seconds,
    evidence,
    basedOnRuns,
  } = known?.seconds ?? { value: null, evidence: "missing" as const, basedOnRuns: 0 };
  return (
    <Card title="Summary">
      <dl className="grid gap-2">
        <SummaryLine label="Produces" value={known ? `a version of ${known.modelName}` : unknown} />
        <SummaryLine label="Steps" value={known ? formatNumber(known.steps) : unknown} />
        <SummaryLine label="Examples seen" value={known ? formatNumber(known.rowsSeen) : unknown} />
        <SummaryLine
          label="Trained tokens"
          value={!known ? unknown : tokens === null ? "not measured" : `about ${formatNumber(tokens)}`}
          evidence={
            tokens !== null && (
              <EvidenceChip
                kind={tokenEvidence}
                source={`${formatNumber(known?.trainedTokens.charactersPerToken ?? 0, 1)} characters per token`}
              />
            )
          }
        />
        <SummaryLine
          label="Duration"
          value={
            !known
              ? unknown
              : seconds === null
                ? "not measured: no run on this base yet"
                : `about ${formatDurationMs(seconds * 1000)}`
          }
          evidence={
            seconds !== null && <EvidenceChip kind={evidence} source={`${plural(basedOnRuns, "run")} on this base`} />
          }
        />
        <SummaryLine label="Eval" value={known?.suite ? known.suite.name : "none"} />
      </dl>
      <FlowActions label="Start run" pending={pending} why={why} cancelHref={cancelHref} />
    </Card>
  );
}
