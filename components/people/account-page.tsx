"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { ManageCard } from "#components/manage-card.tsx";
import { ChangePasswordCard } from "#components/people/change-password-card.tsx";
import { SessionsCard } from "#components/people/sessions-card.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { RenameMe } from "#server/people/input.ts";

export function AccountPage() {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const rename = useMutation(trpc.people.renameMe.mutationOptions());
  const { data: person } = useQuery(trpc.people.me.queryOptions());
  return (
    <Page>
      <PageHead
        title="Account"
        purpose={person ? `You are signed in as ${person.email}.` : "Your name, password and sessions."}
      />
      {person && (
        <ManageCard
          rename={{
            name: person.name,
            hint: "What members and the audit log call you.",
            schema: RenameMe,
            autoComplete: "name",
            send: rename.mutateAsync,
            onDone: () => {
              void client.invalidateQueries(trpc.people.me.pathFilter());
              router.refresh(); // the shell's account menu comes from the server
            },
          }}
        />
      )}
      <ChangePasswordCard />
      <SessionsCard />
    </Page>
  );
}
