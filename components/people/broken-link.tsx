import { AuthCard } from "#components/people/auth-card.tsx";
import { ButtonLink } from "#components/ui/button.tsx";

/** A one-time link that offers nothing, with its reason. */
export function BrokenLink({ why }: { why: string }) {
  return (
    <AuthCard title="This link does not work" purpose={`${why.charAt(0).toUpperCase()}${why.slice(1)}.`}>
      <ButtonLink href="/sign-in">Go to sign in</ButtonLink>
    </AuthCard>
  );
}
