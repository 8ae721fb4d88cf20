import type { Metadata } from "next";
import { createLoader, type SearchParams } from "nuqs/server";
import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { auditFilters, toListAudit } from "#components/audit/audit-filters.ts";
import { AuditPage } from "#components/audit/audit-page.tsx";

export const metadata: Metadata = { title: "Audit" };

type Props = { params: Promise<{ project: string }>; searchParams: Promise<SearchParams> };

const readFilters = createLoader(auditFilters);

export default async function Audit({ params, searchParams }: Props) {
  const trpc = trpcFor((await params).project);
  const input = toListAudit(await readFilters(searchParams));
  await prefetch(
    trpc.people.me.queryOptions(),
    trpc.audit.list.infiniteQueryOptions(
      { ...input, sort: { by: "at", desc: true } },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  return (
    <HydrateClient>
      <AuditPage />
    </HydrateClient>
  );
}
