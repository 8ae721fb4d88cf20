import type { Metadata } from "next";
import { ButtonLink } from "#components/ui/button.tsx";
import { Mark } from "#components/ui/mark.tsx";
import { EmptyState } from "#components/ui/states.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-content-center">
      <h1 className="sr-only">Page not found</h1>
      <EmptyState
        icon={<Mark className="size-8!" />}
        title="Page not found"
        action={<ButtonLink href="/">Go to your project</ButtonLink>}
      >
        The address may be old, or it names a project that you are not a member of.
      </EmptyState>
    </main>
  );
}
