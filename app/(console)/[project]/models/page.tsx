import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { ModelList } from "#components/models/model-list.tsx";

export const metadata = { title: "Models" };

export default async function Models({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  await prefetch(
    trpcFor(project).models.list.infiniteQueryOptions(
      { sort: { by: "updated", desc: true } },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  return (
    <HydrateClient>
      <ModelList slug={project} />
    </HydrateClient>
  );
}
