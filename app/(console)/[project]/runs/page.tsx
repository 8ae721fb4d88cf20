import { HydrateClient, type ListPage, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { RunList } from "#components/runs/run-list.tsx";

export const metadata = { title: "Runs" };

export default async function Runs({ params, searchParams }: ListPage) {
  const { project } = await params;
  const trpc = trpcFor(project);
  await prefetch(trpc.runs.list.infiniteQueryOptions(await lists.runs.read(searchParams), paged));
  return (
    <HydrateClient>
      <RunList slug={project} />
    </HydrateClient>
  );
}
