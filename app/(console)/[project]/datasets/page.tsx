import { HydrateClient, type ListPage, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { DatasetsPage } from "#components/datasets/datasets-page.tsx";

export const metadata = { title: "Datasets" };

export default async function Datasets({ params, searchParams }: ListPage) {
  const { project } = await params;
  const trpc = trpcFor(project);
  await prefetch(trpc.datasets.list.infiniteQueryOptions(await lists.datasets.read(searchParams), paged));
  return (
    <HydrateClient>
      <DatasetsPage slug={project} />
    </HydrateClient>
  );
}
