import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { pageCaller } from "#app/_trpc/server.tsx";
import { AuthCard } from "#components/people/auth-card.tsx";
import { SignInForm } from "#components/people/sign-in-form.tsx";
import { CodeWell } from "#components/ui/code-well.tsx";
import { consoleDependencies } from "#server/console.ts";
import { isClaimed } from "#server/people/first-admin.ts";
import { nextPath } from "#server/people/next-path.rule.ts";

export const metadata: Metadata = { title: "Sign in" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignInPage({ searchParams }: Props) {
  const { next: wanted } = await searchParams;
  const next = nextPath(typeof wanted === "string" ? wanted : null);
  if (await pageCaller()) redirect(next);
  if (!(await isClaimed(consoleDependencies())))
    return (
      <AuthCard
        title="Nobody has an account here yet"
        purpose="The first account is made with a one-time link that ./forge up printed. This shows it again:"
      >
        <CodeWell copy="./forge status" label="command">
          ./forge status
        </CodeWell>
      </AuthCard>
    );
  return (
    <AuthCard title="Sign in">
      <SignInForm next={next} />
    </AuthCard>
  );
}
