"use client";
import { SearchX } from "lucide-react";
import { failureOf } from "#components/failure.ts";
import { useProject } from "#components/shell/project-context.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { sentence } from "#components/ui/format.ts";
import { Page } from "#components/ui/page-head.tsx";
import { EmptyState, ErrorState } from "#components/ui/states.tsx";

/** Instead of a detail page: a thing that is not there leads back to its list (`path`), anything else can be tried again. */
export function DetailError({
  thing,
  path,
  error,
  onRetry,
}: {
  thing: string;
  path: string;
  error: unknown;
  onRetry: () => unknown;
}) {
  const { slug } = useProject();
  const { code, reason, message, requestId } = failureOf(error);
  if (code === "NOT_FOUND")
    return (
      <Page>
        <EmptyState
          heading="h1"
          icon={<SearchX aria-hidden />}
          title={reason === "deleted" ? `This ${thing} was deleted` : `This ${thing} was not found`}
          action={<ButtonLink href={`/${slug}/${path}`}>See all {path}</ButtonLink>}
        >
          {sentence(message)}.{reason !== "deleted" && " The address may be old, or it may belong to another project."}
        </EmptyState>
      </Page>
    );
  return (
    <Page>
      <ErrorState
        heading="h1"
        title={`This ${thing} cannot be shown`}
        message={sentence(message)}
        requestId={requestId ?? undefined}
        onRetry={onRetry}
      />
    </Page>
  );
}
