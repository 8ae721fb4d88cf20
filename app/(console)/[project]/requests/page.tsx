import { HydrateClient, type ListPage, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { anyCaller } from "#components/requests/request-filters.ts";
import { RequestsPage } from "#components/requests/requests-page.tsx";

export const metadata = { title: "Requests" };

export default async function Requests({ params, searchParams }: ListPage) {
  const trpc = trpcFor((await params).project);
  const { sort, ...filter } = await lists.requests.read(searchParams);
  await prefetch(
    trpc.requests.choices.queryOptions(anyCaller),
    trpc.requests.summary.queryOptions(filter),
    trpc.requests.list.infiniteQueryOptions({ ...filter, sort }, paged),
  );
  return (
    <HydrateClient>
      <RequestsPage />
    </HydrateClient>
  );
}
