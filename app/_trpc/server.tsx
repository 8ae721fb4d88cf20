import {
  dehydrate,
  type FetchInfiniteQueryOptions,
  type FetchQueryOptions,
  HydrationBoundary,
} from "@tanstack/react-query";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import type { Metadata } from "next";
import { headers } from "next/headers";
import type { SearchParams } from "nuqs/server";
import { cache, type ReactNode } from "react";
import { makeQueryClient } from "#components/query-client.ts";
import { newId } from "#db/ids.ts";
import { resolveCaller } from "#server/auth.ts";
import { consoleDependencies } from "#server/console.ts";
import { appRouter } from "#server/router.ts";
import { createCallerFactory, type TrpcContext } from "#server/trpc.ts";

const createCaller = createCallerFactory(appRouter);

/** Who opened this page, null for nobody; asked once per request. */
export const pageCaller = cache(async () => {
  const asked = await headers(); // first: it tells the build that this page cannot be made ahead
  return resolveCaller(consoleDependencies().db, { headers: asked, method: "GET" });
});

/** One per request: what the title asked for is there for the page too. */
export const getQueryClient = cache(() => makeQueryClient());

/** A detail's title is the name of its thing; the kind of thing where the name cannot be read. */
export async function titled(kind: string, name: () => Promise<string>): Promise<Metadata> {
  return { title: await name().catch(() => kind) };
}

/** `project` is the slug in the URL, null outside any project. */
async function pageContext(project: string | null): Promise<TrpcContext> {
  return { ...consoleDependencies(), caller: await pageCaller(), projectSlug: project, requestId: newId("request") };
}

/** Call procedures directly where a page needs the answer itself: `await (await api(slug)).projects.show()`. */
export const api = cache(async (project: string | null) => createCaller(await pageContext(project)));

/** Query options for `prefetch`: the same keys that `useTRPC()` uses in the browser. */
export const trpcFor = cache((project: string | null) =>
  createTRPCOptionsProxy({ router: appRouter, ctx: () => pageContext(project), queryClient: getQueryClient }),
);

/** What a page of a list gets: `lists.runs.read(searchParams)` is what it asks for at this address. */
export type ListPage = { params: Promise<{ project: string }>; searchParams: Promise<SearchParams> };

type Prefetchable = { queryKey: readonly unknown[] };

/**
 * Run queries (`trpc.keys.list.queryOptions(…)` or `.infiniteQueryOptions(…)`) on the server, so that the first paint
 * has their data. A failed one is asked again, and shown, by the page.
 */
export async function prefetch(...queries: Prefetchable[]): Promise<void> {
  const client = getQueryClient();
  await Promise.all(
    queries.map((query) =>
      "initialPageParam" in query
        ? client.prefetchInfiniteQuery(asPages(query))
        : client.prefetchQuery(asSingle(query)),
    ),
  );
}

function asSingle(query: Prefetchable) {
  return query as FetchQueryOptions; // safe because tRPC's options are React Query's, only with a narrower error type
}

function asPages(query: Prefetchable) {
  return query as FetchInfiniteQueryOptions<unknown, Error, unknown, readonly unknown[], unknown>; // safe as above
}

/** Hands what was prefetched to the client components inside. */
export function HydrateClient({ children }: { children: ReactNode }) {
  return <HydrationBoundary state={dehydrate(getQueryClient())}>{children}</HydrationBoundary>;
}
