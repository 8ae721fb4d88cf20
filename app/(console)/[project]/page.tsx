import type { Metadata } from "next";
import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { Home } from "#components/home/home.tsx";

export const metadata: Metadata = { title: "Home" };

export default async function HomePage({ params }: { params: Promise<{ project: string }> }) {
  const trpc = trpcFor((await params).project);
  await prefetch(trpc.ops.home.queryOptions());
  return (
    <HydrateClient>
      <Home />
    </HydrateClient>
  );
}
