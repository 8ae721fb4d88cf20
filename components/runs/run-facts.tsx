import type { Run } from "#components/runs/data.ts";
import type { Now } from "#components/runs/use-run-curves.ts";
import { EvidenceChip } from "#components/ui/evidence-chip.tsx";
import { Fact, Facts } from "#components/ui/facts.tsx";
import { formatDurationMs, formatLoss, formatNumber, formatPercent, formatRemaining } from "#components/ui/format.ts";

const notMeasured = "not measured";

/** Where the run stands: step, losses, throughput, time. Live values win over the stored ones. */
export function RunFacts({
  run,
  now,
  trainedTokens,
}: {
  run: Run;
  now: Now | null;
  /** up to now; null: no step has told them */
  trainedTokens: number | null;
}) {
  const step = Math.max(now?.step ?? 0, run.step);
  const total = now?.totalSteps ?? run.totalSteps;
  const loss = now?.loss ?? run.loss;
  const speed = now?.tokensPerSecond ?? run.tokensPerSecond;
  const eta = now?.etaSeconds ?? run.etaSeconds;
  const { last, best } = run.validation;
  const took = run.startedAt && run.finishedAt ? run.finishedAt.getTime() - run.startedAt.getTime() : null;
  return (
    <Facts>
      <Fact
        label="Step"
        value={formatNumber(step)}
        note={total ? `of ${formatNumber(total)}, ${formatPercent(step / total, 0)}` : undefined}
      />
      <Fact
        label="Train loss"
        value={loss === null ? notMeasured : formatLoss(loss)}
        muted={loss === null}
        note={run.firstLoss === null ? undefined : `from ${formatLoss(run.firstLoss)}`}
      />
      <Fact
        label="Validation loss"
        value={last ? formatLoss(last.loss) : notMeasured}
        muted={!last}
        note={
          best &&
          (best.step === last?.step
            ? `best so far, step ${best.step}`
            : `best ${formatLoss(best.loss)} at step ${best.step}`)
        }
      />
      <Fact
        label="Throughput"
        value={speed === null ? notMeasured : `${formatNumber(speed, 0)} tokens/s`}
        muted={speed === null}
        note={speed !== null && <EvidenceChip kind="measured" source={run.device ?? "this machine"} />}
      />
      {took === null ? (
        <Fact
          label="ETA"
          value={eta === null ? "not known" : formatRemaining(eta)}
          muted={eta === null}
          note={eta !== null && <EvidenceChip kind="estimated" source="remaining steps at the current throughput" />}
        />
      ) : (
        <Fact
          label="Duration"
          value={formatDurationMs(took)}
          note={run.attempt > 1 ? `${run.attempt} starts` : undefined}
        />
      )}
      <Fact
        label="Trained tokens"
        value={trainedTokens === null ? notMeasured : formatNumber(trainedTokens)}
        muted={trainedTokens === null}
      />
    </Facts>
  );
}
