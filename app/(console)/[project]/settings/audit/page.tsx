import { HydrateClient, type ListPage, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { AuditPage } from "#components/audit/audit-page.tsx";
import { paged } from "#components/data-table/define-list.ts";
import { lists } from "#components/data-table/lists.ts";

export const metadata = { title: "Audit" };

export default async function Audit({ params, searchParams }: ListPage) {
  const { project } = await params;
  const trpc = trpcFor(project);
  await prefetch(
    trpc.people.me.queryOptions(),
    trpc.audit.list.infiniteQueryOptions(await lists.audit.read(searchParams), paged),
  );
  return (
    <HydrateClient>
      <AuditPage />
    </HydrateClient>
  );
}
