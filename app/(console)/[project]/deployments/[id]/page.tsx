import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { DeploymentDetail } from "#components/deployments/deployment-detail.tsx";

export const metadata = { title: "Deployment" };

export default async function DeploymentPage({ params }: { params: Promise<{ project: string; id: string }> }) {
  const { project, id } = await params;
  const { deployments } = trpcFor(project);
  await prefetch(
    deployments.show.queryOptions({ deployment: id }),
    deployments.traffic.queryOptions({ deploymentId: id }),
    deployments.timeline.queryOptions({ deploymentId: id }),
  );
  return (
    <HydrateClient>
      <DeploymentDetail slug={project} id={id} />
    </HydrateClient>
  );
}
