import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { readLink } from "#app/_trpc/link.ts";
import { AuthCard } from "#components/people/auth-card.tsx";
import { BrokenLink } from "#components/people/broken-link.tsx";
import { FirstAdminForm } from "#components/people/first-admin-form.tsx";

export const metadata: Metadata = { title: "Welcome" };

type Props = { params: Promise<{ token: string }> };

export default async function WelcomePage({ params }: Props) {
  const { token } = await params;
  const link = await readLink(token);
  if (link.kind === "broken") return <BrokenLink why={link.why} />;
  if (link.kind === "member") redirect(`/invite/${token}`);
  return (
    <AuthCard
      title="Welcome to LargeForge"
      purpose="You are the first here: this account owns the installation and its first project. The link works once."
    >
      <FirstAdminForm token={token} />
    </AuthCard>
  );
}
