import { Flame } from "lucide-react";
import { Sparkline } from "#components/charts/sparkline.tsx";
import type { HomeData } from "#components/home/home-data.ts";
import { useProject, useRefusal } from "#components/shell/project-context.tsx";
import { ButtonLink, TextLink } from "#components/ui/button.tsx";
import { Card, CardRow, CardRows } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { formatLoss, formatNumber, formatPercent, formatRemaining } from "#components/ui/format.ts";
import { Progress } from "#components/ui/progress.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { EmptyState } from "#components/ui/states.tsx";
import { findMethod } from "#server/runs/methods/table.ts";

type Run = HomeData["runs"][number];

export function RunsCard({ runs }: { runs: readonly Run[] }) {
  const { slug } = useProject();
  const refusal = useRefusal("runs.start");
  return (
    <Card title="Training" flush aside={<TextLink href={`/${slug}/runs`}>All runs</TextLink>}>
      {runs.length === 0 ? (
        <EmptyState
          icon={<Flame aria-hidden />}
          title="No run yet"
          action={
            <ButtonLink href={`/${slug}/runs/new`} variant="primary" disabledReason={refusal}>
              Start run
            </ButtonLink>
          }
          className="py-8"
        >
          A run fine-tunes a base model on your dataset.
        </EmptyState>
      ) : (
        <CardRows>
          {runs.map((run) => (
            <RunRow key={run.id} run={run} href={`/${slug}/runs/${run.id}`} />
          ))}
        </CardRows>
      )}
    </Card>
  );
}

function RunRow({ run, href }: { run: Run; href: string }) {
  const share = run.totalSteps ? run.step / run.totalSteps : null;
  const moving = run.status === "running";
  const [first, last] = [run.losses[0], run.losses.at(-1)];
  return (
    <CardRow className="flex-wrap">
      <div className="min-w-0 flex-[1_1_16rem]">
        <div className="flex min-w-0 items-center gap-2">
          <TextLink href={href} className="truncate font-medium text-ink">
            {run.name}
          </TextLink>
          <StatusChip status={run.status} />
        </div>
        <div className="text-ink-3 text-xs">
          {findMethod(run.method)?.label ?? run.method} on {run.dataset} v{run.datasetVersion}, base {run.baseModel}
        </div>
        {run.error && run.status === "failed" && <div className="text-bad text-xs">{run.error.message}</div>}
        {moving && <Progress label={`Training of ${run.name}`} value={share} className="mt-2" />}
      </div>
      {run.losses.length > 1 && first !== undefined && last !== undefined && (
        <Sparkline
          values={run.losses}
          label={`Loss from ${formatNumber(first)} to ${formatNumber(last)}`}
          width={120}
          height={32}
        />
      )}
      <div className="w-32 text-right text-ink-2 text-xs tabular-nums max-md:w-auto max-md:text-left">
        <RunPlace run={run} share={share} />
      </div>
    </CardRow>
  );
}

function RunPlace({ run, share }: { run: Run; share: number | null }) {
  if (run.status === "running") {
    const left = run.etaSeconds === null ? "" : `, ${formatRemaining(run.etaSeconds)} left`;
    return share === null ? "preparing" : `${formatPercent(share, 0)}${left}`;
  }
  if (run.finishedAt)
    return (
      <>
        {run.loss !== null && run.status === "succeeded" && <div>loss {formatLoss(run.loss)}</div>}
        <RelativeTime at={run.finishedAt} />
      </>
    );
  return <RelativeTime at={run.createdAt} />;
}
