"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { DetailError } from "#components/detail-error.tsx";
import { OriginLink } from "#components/origin-link.tsx";
import { isMoving, pollMs, type Run } from "#components/runs/data.ts";
import { EventsCard } from "#components/runs/events-card.tsx";
import { OriginCard } from "#components/runs/origin-card.tsx";
import { ManageRun, RunActions } from "#components/runs/run-actions.tsx";
import { RunCharts } from "#components/runs/run-charts.tsx";
import { RunFacts } from "#components/runs/run-facts.tsx";
import { RunLog } from "#components/runs/run-log.tsx";
import { RunNotice } from "#components/runs/run-notice.tsx";
import { CheckpointsTab, SettingsTab } from "#components/runs/run-tabs.tsx";
import { useRunCurves } from "#components/runs/use-run-curves.ts";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { ShortId } from "#components/ui/short-id.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { findMethod } from "#server/runs/methods/table.ts";
import { isFinal } from "#server/runs/status.rule.ts";

/** One training job, live: facts, curves, events, log, settings, and what came of it. */
export function RunDetail({ slug, runId }: { slug: string; runId: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const refresh = () => void client.invalidateQueries(trpc.runs.show.pathFilter());
  const query = useQuery(
    trpc.runs.show.queryOptions(
      { runId },
      { refetchInterval: ({ state }) => (isMoving(state.data?.status) ? pollMs : false) },
    ),
  );
  const curves = useRunCurves(runId, refresh);
  if (query.isPending) return <Skeleton className="m-6 h-96" />;
  if (query.error) return <DetailError thing="run" path="runs" error={query.error} onRetry={() => query.refetch()} />;
  const run = query.data;
  return (
    <Page>
      <Crumb label={run.name} />
      <PageHead
        title={run.name}
        status={<StatusChip status={run.status} />}
        purpose={<Purpose slug={slug} run={run} />}
        actions={<RunActions slug={slug} run={run} onChanged={refresh} />}
      />
      <RunNotice slug={slug} run={run} />
      <RunFacts run={run} now={curves.now} trainedTokens={run.trainedTokens ?? curves.trainedTokens} />
      <Tabs
        label="Run"
        tabs={[
          {
            id: "overview",
            label: "Overview",
            content: (
              <WithAside
                aside={
                  <>
                    <OriginCard slug={slug} run={run} />
                    <EventsCard runId={runId} status={run.status} />
                  </>
                }
              >
                <RunCharts
                  runId={runId}
                  ended={isFinal(run.status)}
                  train={curves.train}
                  validation={curves.validation}
                  resumes={curves.resumes}
                />
              </WithAside>
            ),
          },
          {
            id: "checkpoints",
            label: "Checkpoints",
            count: run.checkpoints.length,
            content: <CheckpointsTab run={run} />,
          },
          { id: "settings", label: "Settings", content: <SettingsTab run={run} /> },
          { id: "logs", label: "Logs", content: <RunLog run={run} /> },
        ]}
      />
      <ManageRun slug={slug} run={run} />
    </Page>
  );
}

function Purpose({ slug, run }: { slug: string; run: Run }) {
  return (
    <>
      {findMethod(run.method)?.label ?? run.method} with LoRA
      {run.dataset && (
        <>
          {" on "}
          <OriginLink
            href={`/${slug}/datasets/${run.dataset.id}?version=${run.dataset.version}`}
            deletedAt={run.dataset.deletedAt}
          >
            {run.dataset.name} v{run.dataset.version}
          </OriginLink>
        </>
      )}
      {run.base && (
        <>
          {", base "}
          <OriginLink href={`/${slug}/models/${run.base.modelId}`} deletedAt={run.base.deletedAt}>
            {run.base.name}/{run.base.version}
          </OriginLink>
        </>
      )}
      , queued <RelativeTime at={run.createdAt} /> <ShortId id={run.id} />
    </>
  );
}
