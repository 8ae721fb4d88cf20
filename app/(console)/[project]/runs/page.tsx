import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { RunList } from "#components/runs/run-list.tsx";

export const metadata = { title: "Runs" };

export default async function Runs({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  await prefetch(
    trpcFor(project).runs.list.infiniteQueryOptions(
      { sort: { by: "created", desc: true } },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  return (
    <HydrateClient>
      <RunList slug={project} />
    </HydrateClient>
  );
}
