import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { DatasetsPage } from "#components/datasets/datasets-page.tsx";

export const metadata = { title: "Datasets" };

export default async function Datasets({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  await prefetch(
    trpcFor(project).datasets.list.infiniteQueryOptions(
      { sort: { by: "updated", desc: true } },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  return (
    <HydrateClient>
      <DatasetsPage slug={project} />
    </HydrateClient>
  );
}
