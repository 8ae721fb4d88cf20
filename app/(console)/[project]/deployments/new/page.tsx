import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { NewDeployment } from "#components/deployments/new-deployment.tsx";

export const metadata = { title: "New deployment" };

export default async function NewDeploymentPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  await prefetch(trpcFor(project).deployments.servable.queryOptions({ limit: 1 }));
  return (
    <HydrateClient>
      <NewDeployment slug={project} />
    </HydrateClient>
  );
}
