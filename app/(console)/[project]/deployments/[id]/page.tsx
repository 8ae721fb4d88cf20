import { getQueryClient, HydrateClient, prefetch, titled, trpcFor } from "#app/_trpc/server.tsx";
import { DeploymentDetail } from "#components/deployments/deployment-detail.tsx";

type Props = { params: Promise<{ project: string; id: string }> };

export async function generateMetadata({ params }: Props) {
  const { project, id } = await params;
  const query = trpcFor(project).deployments.show.queryOptions({ deployment: id });
  return titled("Deployment", async () => (await getQueryClient().fetchQuery(query)).name);
}

export default async function DeploymentPage({ params }: Props) {
  const { project, id } = await params;
  const { deployments, requests } = trpcFor(project);
  await prefetch(
    deployments.show.queryOptions({ deployment: id }),
    requests.traffic.queryOptions({ deploymentId: id }),
    deployments.timeline.queryOptions({ deploymentId: id }),
  );
  return (
    <HydrateClient>
      <DeploymentDetail slug={project} id={id} />
    </HydrateClient>
  );
}
