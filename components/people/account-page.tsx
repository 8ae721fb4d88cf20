"use client";
import { useQuery } from "@tanstack/react-query";
import { ChangePasswordCard } from "#components/people/change-password-card.tsx";
import { RenameMeCard } from "#components/people/rename-me-card.tsx";
import { SessionsCard } from "#components/people/sessions-card.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Page, PageHead } from "#components/ui/page-head.tsx";

export function AccountPage() {
  const trpc = useTRPC();
  const { data: person } = useQuery(trpc.people.me.queryOptions());
  return (
    <Page>
      <PageHead
        title="Account"
        purpose={person ? `You are signed in as ${person.email}.` : "Your name, password and sessions."}
      />
      {person && <RenameMeCard key={person.name} name={person.name} />}
      <ChangePasswordCard />
      <SessionsCard />
    </Page>
  );
}
