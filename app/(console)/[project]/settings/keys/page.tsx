import type { Metadata } from "next";
import { createLoader, type SearchParams } from "nuqs/server";
import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { keyFilters } from "#components/keys/key-filters.ts";
import { KeysPage } from "#components/keys/keys-page.tsx";
import { publicApiUrl } from "#server/env.ts";

export const metadata: Metadata = { title: "Keys" };

type Props = { params: Promise<{ project: string }>; searchParams: Promise<SearchParams> };

const readFilters = createLoader(keyFilters);

export default async function Keys({ params, searchParams }: Props) {
  const trpc = trpcFor((await params).project);
  const { q, show } = await readFilters(searchParams);
  await prefetch(
    trpc.keys.grantable.queryOptions(),
    trpc.keys.list.infiniteQueryOptions(
      { q, show, sort: { by: "createdAt", desc: true } },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  return (
    <HydrateClient>
      <KeysPage apiUrl={publicApiUrl()} />
    </HydrateClient>
  );
}
