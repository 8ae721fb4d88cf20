import type { inferRouterOutputs } from "@trpc/server";
import { seconds } from "#cli/output.ts";
import { plural } from "#components/ui/format.ts";
import type { AppRouter } from "#server/router.ts";
import { summarize } from "#server/runs/methods/method.ts";
import { findMethod } from "#server/runs/methods/table.ts";

export type RunDetail = inferRouterOutputs<AppRouter>["runs"]["show"];
export type RunEstimate = inferRouterOutputs<AppRouter>["runs"]["estimate"];

const words = { missing: "not measured" };
const digits = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 4 });

/** A run in a few lines: what it is, how far, why it ended, what it made. */
export function describeRun(run: RunDetail): string {
  const lines = [
    `${run.name}  ${run.status}  ${run.id}`,
    `  ${run.method} on ${run.dataset?.name}/${run.dataset?.version}, base ${run.base?.name}/${run.base?.version}`,
    `  step ${run.step} of ${run.totalSteps ?? "?"}${run.loss === null ? "" : `, loss ${digits(run.loss)}`}${speed(run)}`,
  ];
  if (run.validationDataset)
    lines.push(`  validated on ${run.validationDataset.name}/${run.validationDataset.version}`);
  if (run.runsAhead > 0) lines.push(`  ${run.runsAhead} runs stand before it`);
  if (run.error)
    lines.push(`  ${run.error.code}: ${run.error.message}`, ...(run.error.hint ? [`  ${run.error.hint}`] : []));
  if (run.made) lines.push(`  made ${run.made.name}/${run.made.version}, callable as ${run.made.fineTunedName}`);
  return lines.join("\n");
}

function speed(run: RunDetail) {
  const eta = run.etaSeconds === null ? "" : `, ${seconds(run.etaSeconds * 1000)} left`;
  return run.tokensPerSecond === null ? "" : `, ${digits(Math.round(run.tokensPerSecond))} tokens/s${eta}`;
}

/** What would be done, or why it cannot be started. */
export function describeEstimate(estimate: RunEstimate): string {
  if (!estimate.ok) return `cannot start: ${estimate.message}`;
  const method = findMethod(estimate.method);
  const { dataset, base, steps, rowsSeen, trainedTokens, chosen } = estimate;
  const tokens = trainedTokens.value === null ? "not known" : `about ${digits(trainedTokens.value)} (estimated)`;
  const time =
    estimate.seconds.value === null
      ? "not measured on this base yet"
      : `about ${seconds(estimate.seconds.value * 1000)} (estimated from ${plural(estimate.seconds.basedOnRuns, "run")})`;
  return [
    `base ${base.name}/${base.version}, data ${dataset.name}/${dataset.version} (${digits(dataset.trainRows)} rows)`,
    `steps ${digits(steps)}, examples seen ${digits(rowsSeen)}, trained tokens ${tokens}`,
    `time ${time}, memory ${words[estimate.memoryBytes.evidence]}, cost ${words[estimate.costUsdNanos.evidence]}`,
    ...(method ? [summarize(method, chosen)] : []),
  ].join("\n");
}
