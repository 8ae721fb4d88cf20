"use client";
import { Page } from "#components/ui/page-head.tsx";
import { ErrorState } from "#components/ui/states.tsx";

/** What a page could not render; the shell around it stays. */
export default function ProjectError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <Page>
      <ErrorState
        title="This page broke"
        message="Something broke here, not with you. Try again; if it stays, quote the number below."
        requestId={error.digest}
        onRetry={reset}
      />
    </Page>
  );
}
