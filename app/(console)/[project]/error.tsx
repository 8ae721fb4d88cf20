"use client";
import { Page } from "#components/ui/page-head.tsx";
import { BrokenState } from "#components/ui/states.tsx";

/** What a page could not render; the shell around it stays. */
export default function ProjectError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <Page>
      <BrokenState title="Something went wrong on this page" digest={error.digest} onRetry={reset} />
    </Page>
  );
}
