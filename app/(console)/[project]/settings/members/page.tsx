import { HydrateClient, type ListPage, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";
import { MembersPage } from "#components/projects/members-page.tsx";

export const metadata = { title: "Members" };

export default async function Members({ params, searchParams }: ListPage) {
  const trpc = trpcFor((await params).project);
  await prefetch(
    trpc.projects.members.infiniteQueryOptions(await lists.members.read(searchParams), paged),
    trpc.projects.invitations.infiniteQueryOptions(await lists.invitations.read(searchParams), paged),
  );
  return (
    <HydrateClient>
      <MembersPage />
    </HydrateClient>
  );
}
