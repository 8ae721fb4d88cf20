"use client";

import { useQuery } from "@tanstack/react-query";
import { AddRevision } from "#components/deployments/add-revision.tsx";
import { deploymentState } from "#components/deployments/data.ts";
import { ManageDeployment } from "#components/deployments/manage-deployment.tsx";
import { RevisionsCard } from "#components/deployments/revisions-card.tsx";
import { RollBack } from "#components/deployments/roll-back.tsx";
import { SignalsCard } from "#components/deployments/signals-card.tsx";
import { TimelineCard } from "#components/deployments/timeline-card.tsx";
import { TrafficCard } from "#components/deployments/traffic-card.tsx";
import { TrafficChart } from "#components/deployments/traffic-chart.tsx";
import { DetailError } from "#components/detail-error.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { SnippetTabs } from "#components/snippet-tabs.tsx";
import { curlOf, pythonOf, typescriptOf } from "#components/snippets.ts";
import { useTRPC } from "#components/trpc.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { StatusChip } from "#components/ui/chip.tsx";
import { formatRate, plural } from "#components/ui/format.ts";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { ShortId } from "#components/ui/short-id.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useExampleCall } from "#components/use-example-call.ts";

const trafficEveryMs = 5_000;
const loadingEveryMs = 2_000;

/** One served name: who answers, how well, and the slider that changes it. */
export function DeploymentDetail({ slug, id }: { slug: string; id: string }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.deployments.show.queryOptions(
      { deployment: id },
      {
        refetchInterval: ({ state }) =>
          state.data?.revisions.some((revision) => revision.notReady) ? loadingEveryMs : false,
      },
    ),
  );
  const traffic = useQuery(
    trpc.requests.traffic.queryOptions({ deploymentId: id }, { refetchInterval: trafficEveryMs }),
  );
  const deployment = query.data;
  if (!deployment) {
    if (query.error)
      return <DetailError thing="deployment" path="deployments" error={query.error} onRetry={query.refetch} />;
    return (
      <Page>
        <Skeleton className="h-96" />
      </Page>
    );
  }
  const { revisions } = deployment;
  const replicas = revisions.flatMap((revision) => revision.replicas).filter((one) => one.status === "ready").length;
  const counted = traffic.data?.signals.reduce((sum, row) => sum + row.requests, 0) ?? 0;
  const rate = counted > 0 ? formatRate(counted, traffic.data?.minutes ?? 60, "request") : null;
  return (
    <Page>
      <Crumb label={deployment.name} />
      <PageHead
        title={deployment.name}
        status={
          deployment.archivedAt ? <StatusChip status="retired" /> : <StatusChip status={deploymentState(revisions)} />
        }
        purpose={
          <>
            Model <code className="font-mono">{deployment.name}</code> on the API,{" "}
            {rate ?? "no request in the last hour"}, {plural(replicas, "replica")} ready <ShortId id={deployment.id} />
          </>
        }
        actions={
          deployment.archivedAt ? null : (
            <>
              <RollBack deployment={deployment} requests={counted} />
              <AddRevision deployment={deployment} />
            </>
          )
        }
      />
      {deployment.archivedAt && (
        <Banner tone="run" title="This deployment is retired">
          It takes no calls any more. What it served stays below.
        </Banner>
      )}
      <WithAside
        aside={
          <>
            <RevisionsCard slug={slug} deployment={deployment} />
            <TimelineCard slug={slug} deploymentId={id} />
          </>
        }
      >
        {!deployment.archivedAt && <TrafficCard deployment={deployment} requests={counted} />}
        <SignalsCard deployment={deployment} traffic={traffic.data} />
        <TrafficChart deployment={deployment} traffic={traffic.data} />
        {!deployment.archivedAt && <CallCard name={deployment.name} apiUrl={deployment.apiUrl} slug={slug} />}
      </WithAside>
      <ManageDeployment slug={slug} deployment={deployment} rate={rate} />
    </Page>
  );
}

/** How a client calls it: the three ways people copy. */
function CallCard({ name, apiUrl, slug }: { name: string; apiUrl: string; slug: string }) {
  const call = useExampleCall({ baseUrl: apiUrl, key: null, model: name });
  return (
    <Card title="Call it">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <SnippetTabs
          snippets={[
            { label: "curl", code: curlOf(call) },
            { label: "Python", code: pythonOf(call) },
            { label: "TypeScript", code: typescriptOf(call) },
          ]}
        />
        <p className="text-ink-3 text-xs">
          Any OpenAI client works. The key needs the scope inference:{" "}
          <TextLink href={`/${slug}/settings/keys`}>create one</TextLink>. Send <code className="font-mono">user</code>{" "}
          to keep each of your users on one revision.
        </p>
      </div>
    </Card>
  );
}
