import { HydrateClient, type ListPage, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { ModelList } from "#components/models/model-list.tsx";

export const metadata = { title: "Models" };

export default async function Models({ params, searchParams }: ListPage) {
  const { project } = await params;
  const trpc = trpcFor(project);
  await prefetch(trpc.models.list.infiniteQueryOptions(await lists.models.read(searchParams), paged));
  return (
    <HydrateClient>
      <ModelList slug={project} />
    </HydrateClient>
  );
}
