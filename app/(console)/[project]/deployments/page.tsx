import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { DeploymentsPage } from "#components/deployments/deployments-page.tsx";

export const metadata = { title: "Deployments" };

export default async function Deployments({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  await prefetch(
    trpcFor(project).deployments.list.infiniteQueryOptions(
      { sort: { by: "created", desc: true } },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  return (
    <HydrateClient>
      <DeploymentsPage slug={project} />
    </HydrateClient>
  );
}
