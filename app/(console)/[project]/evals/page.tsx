import { HydrateClient, type ListPage, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { EvalsPage } from "#components/evals/evals-page.tsx";

export const metadata = { title: "Evals" };

export default async function Evals({ params, searchParams }: ListPage) {
  const { project } = await params;
  const trpc = trpcFor(project);
  const { tab } = await searchParams;
  await prefetch(
    trpc.evals.suites.queryOptions({ limit: 1 }),
    tab === "suites"
      ? trpc.evals.suites.infiniteQueryOptions(await lists.suites.read(searchParams), paged)
      : trpc.evals.list.infiniteQueryOptions(await lists.evals.read(searchParams), paged),
  );
  return (
    <HydrateClient>
      <EvalsPage slug={project} />
    </HydrateClient>
  );
}
