import type { Metadata } from "next";
import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { PricesPage } from "#components/economics/prices-page.tsx";

export const metadata: Metadata = { title: "Prices" };

export default async function Prices({ params }: { params: Promise<{ project: string }> }) {
  const trpc = trpcFor((await params).project);
  await prefetch(trpc.economics.prices.queryOptions());
  return (
    <HydrateClient>
      <PricesPage />
    </HydrateClient>
  );
}
