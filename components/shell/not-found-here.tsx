"use client";
import { SearchX } from "lucide-react";
import { useRouter } from "next/navigation";
import { useProject } from "#components/shell/project-context.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Page } from "#components/ui/page-head.tsx";
import { EmptyState } from "#components/ui/states.tsx";

/** No page or thing of this project has the address: says so, and leads out. */
export function NotFoundHere() {
  const { slug } = useProject();
  const router = useRouter();
  return (
    <Page>
      <EmptyState
        heading="h1"
        icon={<SearchX aria-hidden />}
        title="Not found"
        action={
          <>
            <ButtonLink variant="primary" href={`/${slug}`}>
              Go to Home
            </ButtonLink>
            <Button onClick={() => router.back()}>Go back</Button>
          </>
        }
      >
        This project has no such page or thing. It may have been deleted, or the address may name another project. The
        search at the top finds things by name or id.
      </EmptyState>
    </Page>
  );
}
