import type { ReactNode } from "react";
import type { Plan } from "#components/runs/data.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EvidenceChip } from "#components/ui/evidence-chip.tsx";
import { formatDurationMs, formatNumber, plural } from "#components/ui/format.ts";

/** What will happen, how long and on what; the button says why it cannot be pressed. */
export function PlanCard({
  plan,
  unknown,
  why,
  pending,
  cancelHref,
  onStart,
}: {
  plan: Plan | undefined;
  /** what stands for each number while there is no plan */
  unknown: string;
  why: string | undefined;
  pending: boolean;
  cancelHref: string;
  onStart: () => void;
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
    <Card title="What will happen">
      <dl className="grid gap-2">
        <Line label="Becomes" value={known ? `a version of ${known.modelName}` : unknown} />
        <Line label="Steps" value={known ? formatNumber(known.steps) : unknown} />
        <Line label="Rows seen" value={known ? formatNumber(known.rowsSeen) : unknown} />
        <Line
          label="Trained tokens"
          value={!known ? unknown : tokens === null ? "not measured" : `about ${formatNumber(tokens)}`}
          evidence={
            tokens !== null && (
              <EvidenceChip
                kind={tokenEvidence}
                source={`${formatNumber(known?.trainedTokens.charactersPerToken ?? 0, 1)} characters a token`}
              />
            )
          }
        />
        <Line
          label="Time"
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
        <Line label="Eval" value={known?.suite ? known.suite.name : "none"} />
      </dl>
      <div className="mt-4 flex flex-wrap gap-2">
        <Button look="primary" pending={pending} disabledReason={why} onClick={onStart}>
          Start run
        </Button>
        <ButtonLink href={cancelHref}>Cancel</ButtonLink>
      </div>
      {why && <p className="mt-2 text-ink-2 text-xs">{why}</p>}
    </Card>
  );
}

function Line({ label, value, evidence }: { label: string; value: string; evidence?: ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-ink-3">{label}</dt>
      <dd className="text-right tabular-nums">
        {value} {evidence}
      </dd>
    </div>
  );
}
