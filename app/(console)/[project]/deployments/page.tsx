import { HydrateClient, type ListPage, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { DeploymentsPage } from "#components/deployments/deployments-page.tsx";

export const metadata = { title: "Deployments" };

export default async function Deployments({ params, searchParams }: ListPage) {
  const { project } = await params;
  const trpc = trpcFor(project);
  await prefetch(trpc.deployments.list.infiniteQueryOptions(await lists.deployments.read(searchParams), paged));
  return (
    <HydrateClient>
      <DeploymentsPage slug={project} />
    </HydrateClient>
  );
}
