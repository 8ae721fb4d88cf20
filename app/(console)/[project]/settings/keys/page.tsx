import { HydrateClient, type ListPage, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { KeysPage } from "#components/keys/keys-page.tsx";
import { publicApiUrl } from "#server/env.ts";

export const metadata = { title: "Keys" };

export default async function Keys({ params, searchParams }: ListPage) {
  const { project } = await params;
  const trpc = trpcFor(project);
  await prefetch(
    trpc.keys.grantable.queryOptions(),
    trpc.keys.list.infiniteQueryOptions(await lists.keys.read(searchParams), paged),
  );
  return (
    <HydrateClient>
      <KeysPage apiUrl={publicApiUrl()} />
    </HydrateClient>
  );
}
