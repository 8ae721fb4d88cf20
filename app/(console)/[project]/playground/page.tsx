import type { Metadata } from "next";
import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { PlaygroundPage } from "#components/playground/playground-page.tsx";
import { publicApiUrl } from "#server/env.ts";

export const metadata: Metadata = { title: "Playground" };

type Props = { params: Promise<{ project: string }> };

export default async function Playground({ params }: Props) {
  await prefetch(trpcFor((await params).project).routing.callable.queryOptions({ search: "" }));
  return (
    <HydrateClient>
      <PlaygroundPage apiUrl={publicApiUrl()} />
    </HydrateClient>
  );
}
