import { HydrateClient, type ListPage, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { PricesPage } from "#components/economics/prices-page.tsx";

export const metadata = { title: "Prices" };

export default async function Prices({ params, searchParams }: ListPage) {
  const { project } = await params;
  const trpc = trpcFor(project);
  await prefetch(trpc.economics.prices.infiniteQueryOptions(await lists.prices.read(searchParams), paged));
  return (
    <HydrateClient>
      <PricesPage />
    </HydrateClient>
  );
}
