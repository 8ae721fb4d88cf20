"use client";

import { useQuery } from "@tanstack/react-query";
import { Flame, Upload } from "lucide-react";
import { AreaChart } from "#components/charts/area-chart.tsx";
import { QueryError } from "#components/data-table/table-states.tsx";
import { Checklist } from "#components/home/checklist.tsx";
import { HealthCard } from "#components/home/health-card.tsx";
import { type HomeData, stepsLeft } from "#components/home/home-data.ts";
import { HomeFacts } from "#components/home/home-facts.tsx";
import { HomeSkeleton } from "#components/home/home-skeleton.tsx";
import { InProgressCard, runsInProgress } from "#components/home/in-progress-card.tsx";
import { RunsCard } from "#components/home/runs-card.tsx";
import { SampleCard } from "#components/home/sample-card.tsx";
import { trafficSeries } from "#components/home/traffic.rule.ts";
import { WaitingBanner } from "#components/home/waiting-banner.tsx";
import { useProject, useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ButtonLink, TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";
import { formatDurationMs, plural } from "#components/ui/format.ts";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";

/** Hints cover runs, data and evals; requests come too fast for hints. */
const trafficEveryMs = 30_000;

export function Home() {
  const trpc = useTRPC();
  const home = useQuery(trpc.ops.home.queryOptions(undefined, { refetchInterval: trafficEveryMs }));
  if (home.data) return home.data.steps.call ? <Running data={home.data} /> : <Beginning data={home.data} />;
  if (home.error)
    return (
      <Page>
        <PageHead title="Home" />
        <Card flush>
          <QueryError error={home.error} onRetry={() => home.refetch()} />
        </Card>
      </Page>
    );
  return <HomeSkeleton />;
}

function Beginning({ data }: { data: HomeData }) {
  const moving = data.inProgress.imports.length + data.inProgress.evals.length + runsInProgress(data).length > 0;
  return (
    <Page>
      <PageHead
        title="Welcome to LargeForge"
        purpose="Six steps from your data to a model that answers your users. Each takes minutes; you can stop anywhere and come back."
      />
      <WaitingBanner data={data} />
      <WithAside
        aside={
          <>
            {!data.steps.dataset && <SampleCard />}
            {moving && <InProgressCard data={data} withRuns />}
            <FromYourCode apiUrl={data.apiUrl} model={data.steps.deployment?.name} />
            <HealthCard />
          </>
        }
      >
        <Checklist steps={data.steps} />
        {data.facts.requests > 0 && <HomeFacts facts={data.facts} />}
      </WithAside>
    </Page>
  );
}

function Running({ data }: { data: HomeData }) {
  const { slug } = useProject();
  const left = stepsLeft(data.steps);
  const cannotUpload = useRefusal("datasets.create");
  const cannotTrain = useRefusal("runs.start");
  return (
    <Page>
      <PageHead
        title="Home"
        purpose={sentence(data)}
        actions={
          <>
            <ButtonLink href={`/${slug}/datasets/new`} icon={<Upload aria-hidden />} disabledReason={cannotUpload}>
              Upload dataset
            </ButtonLink>
            <ButtonLink
              href={`/${slug}/runs/new`}
              variant="primary"
              icon={<Flame aria-hidden />}
              disabledReason={cannotTrain}
            >
              New run
            </ButtonLink>
          </>
        }
      />
      <WaitingBanner data={data} />
      <HomeFacts facts={data.facts} />
      <WithAside
        aside={
          <>
            <InProgressCard data={data} />
            <HealthCard />
            {left > 0 && <Checklist steps={data.steps} compact />}
          </>
        }
      >
        <TrafficChart data={data} />
        <RunsCard runs={data.runs} />
      </WithAside>
    </Page>
  );
}

function sentence({ runs, inProgress }: HomeData) {
  const training = runs.filter((run) => run.status === "running" || run.status === "converting").length;
  const waiting = runs.filter((run) => run.status === "queued").length;
  const parts = [
    training > 0 ? `${plural(training, "run")} in training` : "",
    waiting > 0 ? `${plural(waiting, "run")} in the queue` : "",
    inProgress.evals.length > 0 ? `${plural(inProgress.evals.length, "eval")} running` : "",
  ].filter(Boolean);
  return parts.length > 0 ? `${parts.join(", ")}.` : "Nothing is training right now.";
}

export function TrafficChart({ data }: { data: HomeData }) {
  const { series, byRevision } = trafficSeries(data.traffic, data.at);
  const { windowHours, bucketMinutes, counts } = data.traffic;
  return (
    <AreaChart
      title={`Traffic by ${byRevision ? "revision" : "deployment"}, last ${windowHours} h`}
      height={220}
      series={counts.length > 0 ? series : []}
      x={{ label: "Time", format: "clock" }}
      y={{ label: "Requests per minute" }}
      noData="No request came in the last 24 hours."
      note={`Requests per minute, averaged over ${formatDurationMs(bucketMinutes * 60_000)}.`}
    />
  );
}

/** The call as it will look, with this machine's address. */
function FromYourCode({ apiUrl, model }: { apiUrl: string; model: string | undefined }) {
  const { slug } = useProject();
  const code = `import os
from openai import OpenAI

client = OpenAI(
  base_url="${apiUrl}",
  api_key=os.environ["FORGE_API_KEY"],
)
client.chat.completions.create(
  model="${model ?? "YOUR_DEPLOYMENT"}",
  messages=[{
    "role": "user",
    "content": "Hello",
  }],
)`;
  return (
    <Card title="From your code" aside={<TextLink href={`/${slug}/settings/keys`}>Keys</TextLink>}>
      <CodeWell copy={code} label="Python call" wrap={false}>
        {code}
      </CodeWell>
    </Card>
  );
}
