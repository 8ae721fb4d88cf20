import type { Metadata } from "next";
import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { MembersPage } from "#components/projects/members-page.tsx";

export const metadata: Metadata = { title: "Members" };

type Props = { params: Promise<{ project: string }> };

export default async function Members({ params }: Props) {
  const trpc = trpcFor((await params).project);
  await prefetch(trpc.projects.members.queryOptions(), trpc.projects.invitations.queryOptions());
  return (
    <HydrateClient>
      <MembersPage />
    </HydrateClient>
  );
}
