import type { Metadata } from "next";
import { createLoader, type SearchParams } from "nuqs/server";
import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { anyCaller, requestFilters, toRequestFilter } from "#components/requests/request-filters.ts";
import { RequestsPage } from "#components/requests/requests-page.tsx";

export const metadata: Metadata = { title: "Requests" };

type Props = { params: Promise<{ project: string }>; searchParams: Promise<SearchParams> };

const readFilters = createLoader(requestFilters);

export default async function Requests({ params, searchParams }: Props) {
  const trpc = trpcFor((await params).project);
  const filters = await readFilters(searchParams);
  const input = toRequestFilter(filters);
  await prefetch(
    trpc.requests.choices.queryOptions(anyCaller),
    trpc.requests.summary.queryOptions(input),
    trpc.requests.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <HydrateClient>
      <RequestsPage />
    </HydrateClient>
  );
}
