import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { readLink } from "#app/_trpc/link.ts";
import { api, pageCaller } from "#app/_trpc/server.tsx";
import { AcceptInvitationForm } from "#components/people/accept-invitation-form.tsx";
import { AuthCard } from "#components/people/auth-card.tsx";
import { BrokenLink } from "#components/people/broken-link.tsx";
import { JoinProject } from "#components/people/join-project.tsx";
import { roleLabels } from "#components/people/roles.ts";
import { SignInForm } from "#components/people/sign-in-form.tsx";

export const metadata: Metadata = { title: "Invitation" };

type Props = { params: Promise<{ token: string }> };

export default async function InvitePage({ params }: Props) {
  const { token } = await params;
  const link = await readLink(token);
  if (link.kind === "broken") return <BrokenLink why={link.why} />;
  if (link.kind === "first-admin") redirect(`/welcome/${token}`);
  const caller = await pageCaller();
  const person = caller?.kind === "user" ? await (await api(null)).people.me() : null;
  const role = roleLabels[link.role];
  return (
    <AuthCard
      title={`Join ${link.projectName}`}
      purpose={
        <>
          You are invited as <b>{role.name.toLowerCase()}</b>: {role.may.charAt(0).toLowerCase() + role.may.slice(1)}.
        </>
      }
    >
      {person ? (
        <JoinProject token={token} invited={link.email} signedInAs={person.email} />
      ) : link.hasAccount ? (
        <SignInForm next={`/invite/${token}`} email={link.email} />
      ) : (
        <AcceptInvitationForm token={token} email={link.email} slug={link.projectSlug} />
      )}
    </AuthCard>
  );
}
