"use client";
import { Undo2 } from "lucide-react";
import type { DeploymentData } from "#components/deployments/data.ts";
import { useSetWeights, weightsOf } from "#components/deployments/use-set-weights.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { formatEffect, formatStickiness } from "#server/deployments/effect.rule.ts";
import { rebalance } from "#server/deployments/weights.rule.ts";

/** Everything back to the baseline, the oldest live revision, in two clicks. */
export function RollBack({ deployment, requests }: { deployment: DeploymentData; requests: number }) {
  const { apply } = useSetWeights(deployment);
  const refusal = useRefusal("deployments.setWeights");
  const [baseline] = deployment.revisions;
  if (!baseline || deployment.revisions.length < 2 || baseline.weightBps === 10_000) return null;
  const before = weightsOf(deployment);
  const after = rebalance(before, baseline.id, 10_000);
  const effect = formatEffect(deployment.revisions, before, after, { requests, windowMinutes: 60 }) ?? "";
  const sticky = formatStickiness(deployment.revisions, before, after) ?? "";
  const cold = baseline.notReady ? `v${baseline.number} cannot take it: ${baseline.notReady}` : undefined;
  const button = (
    <Button variant="danger" icon={<Undo2 aria-hidden />} disabledReason={refusal ?? cold}>
      Roll back
    </Button>
  );
  if (refusal || cold) return button;
  return (
    <ConfirmDialog
      trigger={button}
      title={`Roll back to v${baseline.number}`}
      description={`All traffic goes to v${baseline.number} (${baseline.model}/${baseline.version}).`}
      affects={[effect, sticky]}
      confirmLabel="Roll back"
      onConfirm={() => apply(after, `Rolled back to v${baseline.number}`)}
    />
  );
}
