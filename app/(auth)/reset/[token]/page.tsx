import type { Metadata } from "next";
import { readReset } from "#app/_trpc/link.ts";
import { AuthCard } from "#components/people/auth-card.tsx";
import { BrokenLink } from "#components/people/broken-link.tsx";
import { SetPasswordForm } from "#components/people/set-password-form.tsx";

export const metadata: Metadata = { title: "New password" };

type Props = { params: Promise<{ token: string }> };

export default async function ResetPage({ params }: Props) {
  const { token } = await params;
  const link = await readReset(token);
  if (link.kind === "broken") return <BrokenLink why={link.why} />;
  return (
    <AuthCard
      title={`A new password for ${link.name}`}
      purpose="The link works once. Every session of yours ends with it."
    >
      <SetPasswordForm token={token} email={link.email} />
    </AuthCard>
  );
}
