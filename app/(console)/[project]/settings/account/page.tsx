import type { Metadata } from "next";
import { HydrateClient, prefetch, trpcFor } from "#app/_trpc/server.tsx";
import { AccountPage } from "#components/people/account-page.tsx";

export const metadata: Metadata = { title: "Account" };

type Props = { params: Promise<{ project: string }> };

export default async function Account({ params }: Props) {
  const trpc = trpcFor((await params).project);
  await prefetch(trpc.people.me.queryOptions(), trpc.people.sessions.queryOptions());
  return (
    <HydrateClient>
      <AccountPage />
    </HydrateClient>
  );
}
