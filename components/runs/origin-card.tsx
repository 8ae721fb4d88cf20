import { OriginLink } from "#components/origin-link.tsx";
import type { Run } from "#components/runs/data.ts";
import { TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Timeline, type TimelineItem } from "#components/ui/timeline.tsx";
import { summarize } from "#server/runs/methods/method.ts";
import { findMethod } from "#server/runs/methods/table.ts";

/** What the run came from and what comes of it. */
export function OriginCard({ slug, run }: { slug: string; run: Run }) {
  const items: TimelineItem[] = [];
  if (run.base)
    items.push({
      id: "base",
      state: "ok",
      title: (
        <OriginLink
          href={`/${slug}/models/${run.base.modelId}`}
          deletedAt={run.base.deletedAt}
        >{`${run.base.name}/${run.base.version}`}</OriginLink>
      ),
      detail: "base model",
    });
  if (run.dataset)
    items.push({
      id: "dataset",
      state: "ok",
      title: (
        <OriginLink
          href={`/${slug}/datasets/${run.dataset.id}?version=${run.dataset.version}`}
          deletedAt={run.dataset.deletedAt}
        >{`${run.dataset.name} v${run.dataset.version}`}</OriginLink>
      ),
      detail: `${formatNumber(run.dataset.trainRows ?? 0)} training rows, ${run.validationDataset ? "validation rows from another dataset" : `${formatNumber(run.dataset.validationRows ?? 0)} validation rows`}`,
    });
  if (run.validationDataset)
    items.push({
      id: "validation",
      state: "ok",
      title: (
        <OriginLink
          href={`/${slug}/datasets/${run.validationDataset.id}?version=${run.validationDataset.version}`}
          deletedAt={run.validationDataset.deletedAt}
        >{`${run.validationDataset.name} v${run.validationDataset.version}`}</OriginLink>
      ),
      detail: `${formatNumber(run.validationDataset.validationRows ?? 0)} validation rows`,
    });
  const method = findMethod(run.method);
  items.push({
    id: "run",
    state: run.status === "succeeded" ? "ok" : run.status === "failed" ? "bad" : "run",
    title: "This run",
    detail: method && run.hyperParameters ? `${summarize(method, run.hyperParameters)}, seed ${run.seed}` : undefined,
  });
  const hasFailed = run.status === "failed" || run.status === "cancelled";
  items.push(
    run.made
      ? {
          id: "made",
          state: "ok",
          title: (
            <OriginLink
              href={`/${slug}/models/${run.made.modelId}`}
              deletedAt={run.made.deletedAt}
            >{`${run.made.name}/${run.made.version}`}</OriginLink>
          ),
          detail: "registered model version",
        }
      : {
          id: "made",
          state: hasFailed ? "bad" : "next",
          title: hasFailed ? "No model version" : `A version of ${run.modelName}`,
          detail: hasFailed
            ? `the run ${run.status === "failed" ? "failed" : "was cancelled"}`
            : "when it has succeeded",
        },
  );
  for (const one of run.evals)
    items.push({
      id: one.id,
      state: one.status === "succeeded" ? "ok" : one.status === "failed" ? "bad" : "run",
      title: <TextLink href={`/${slug}/evals/${one.id}`}>{`Eval on ${one.suite}`}</TextLink>,
      detail: one.status,
    });
  if (run.suite && !run.suite.deletedAt && run.evals.length === 0 && !hasFailed)
    items.push({ id: "eval", state: "next", title: `Eval on ${run.suite.name}`, detail: "starts automatically" });
  return (
    <Card title="Lineage">
      <Timeline items={items} />
    </Card>
  );
}
