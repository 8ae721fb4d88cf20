"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleStop, Copy, Play } from "lucide-react";
import { failureOf } from "#components/failure.ts";
import { isMoving, pollMs, type Run } from "#components/runs/data.ts";
import { EventsCard } from "#components/runs/events-card.tsx";
import { OriginCard } from "#components/runs/origin-card.tsx";
import { RunCharts } from "#components/runs/run-charts.tsx";
import { RunFacts } from "#components/runs/run-facts.tsx";
import { RunLog } from "#components/runs/run-log.tsx";
import { CheckpointsTab, SettingsTab } from "#components/runs/run-tabs.tsx";
import { useRunCurves } from "#components/runs/use-run-curves.ts";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { Button, ButtonLink, TextLink } from "#components/ui/button.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { ShortId } from "#components/ui/short-id.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { ErrorState } from "#components/ui/states.tsx";
import { Tabs } from "#components/ui/tabs.tsx";

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
  if (query.error) {
    const { message, requestId } = failureOf(query.error);
    return (
      <ErrorState
        title="This run cannot be shown"
        message={message}
        requestId={requestId ?? undefined}
        onRetry={() => query.refetch()}
      />
    );
  }
  const run = query.data;
  return (
    <Page>
      <Crumb label={run.name} />
      <PageHead
        title={run.name}
        status={<StatusChip status={run.status} />}
        purpose={<Purpose slug={slug} run={run} />}
        actions={<Acts slug={slug} run={run} onChanged={refresh} />}
      />
      <Notice slug={slug} run={run} />
      <RunFacts run={run} now={curves.now} />
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
                    <EventsCard runId={runId} moving={isMoving(run.status)} />
                  </>
                }
              >
                <RunCharts train={curves.train} validation={curves.validation} resumes={curves.resumes} />
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
          { id: "logs", label: "Logs", content: <RunLog runId={runId} moving={isMoving(run.status)} /> },
        ]}
      />
    </Page>
  );
}

function Purpose({ slug, run }: { slug: string; run: Run }) {
  return (
    <>
      {run.method.toUpperCase()} with LoRA
      {run.dataset && (
        <>
          {" on "}
          <TextLink href={`/${slug}/datasets/${run.dataset.id}?version=${run.dataset.version}`}>
            {run.dataset.name} v{run.dataset.version}
          </TextLink>
        </>
      )}
      {run.base && (
        <>
          {", base "}
          <TextLink href={`/${slug}/models/${run.base.modelId}`}>
            {run.base.name}/{run.base.version}
          </TextLink>
        </>
      )}
      , queued <RelativeTime at={run.createdAt} /> <ShortId id={run.id} />
    </>
  );
}

function Acts({ slug, run, onChanged }: { slug: string; run: Run; onChanged: () => void }) {
  const trpc = useTRPC();
  const refusal = useRefusal("runs.cancel");
  const cancel = useMutation(trpc.runs.cancel.mutationOptions({ onSettled: onChanged }));
  const resume = useMutation(trpc.runs.resume.mutationOptions({ onSettled: onChanged }));
  const canCancel = run.status === "queued" || run.status === "running";
  const canResume = run.status === "cancelled" || run.status === "failed";
  return (
    <>
      <ButtonLink href={`/${slug}/runs/new?from=${run.id}`} icon={<Copy aria-hidden />}>
        Clone
      </ButtonLink>
      {canCancel && (
        <ConfirmDialog
          trigger={
            <Button look="danger" icon={<CircleStop aria-hidden />} disabledReason={refusal}>
              Cancel
            </Button>
          }
          title={`Cancel ${run.name}?`}
          affects={
            run.status === "running"
              ? ["The trainer finishes its step and saves a checkpoint", "You can resume from there later"]
              : ["It leaves the queue"]
          }
          confirmLabel="Cancel run"
          onConfirm={() => cancel.mutateAsync({ runId: run.id })}
        />
      )}
      {canResume && (
        <Button
          look="primary"
          icon={<Play aria-hidden />}
          pending={resume.isPending}
          disabledReason={refusal}
          onClick={() => resume.mutate({ runId: run.id })}
        >
          Resume
        </Button>
      )}
      {run.made && (
        <ButtonLink look="primary" href={`/${slug}/models/${run.made.modelId}`}>
          Open {run.made.name}/{run.made.version}
        </ButtonLink>
      )}
    </>
  );
}

/** What the run waits for, why it stopped, or what it became, in words. */
function Notice({ slug, run }: { slug: string; run: Run }) {
  if (run.error)
    return (
      <Banner tone="bad" title={run.error.message}>
        {run.error.hint}
      </Banner>
    );
  if (run.status === "queued")
    return (
      <Banner
        tone="run"
        title={
          run.runsAhead === 0
            ? "Next in line: it starts as soon as a worker is free."
            : `${plural(run.runsAhead, "run")} before this one on this device.`
        }
      >
        You can leave this page; the run goes on without it.
      </Banner>
    );
  if (run.status === "converting")
    return (
      <Banner tone="run" title="Trained. Now the adapter is converted to GGUF and registered.">
        This takes some seconds.
      </Banner>
    );
  if (!run.made) return null;
  return (
    <Banner
      tone="ok"
      title={`This run became ${run.made.name}/${run.made.version}.`}
      actions={
        run.evals[0] ? (
          <ButtonLink href={`/${slug}/evals/${run.evals[0].id}`}>Read the eval</ButtonLink>
        ) : (
          <ButtonLink href={`/${slug}/evals/new?candidate=${run.made.versionId}`}>Evaluate it</ButtonLink>
        )
      }
    >
      Callable as <code className="font-mono">{run.made.fineTunedName ?? `${run.made.name}/${run.made.version}`}</code>.
    </Banner>
  );
}
