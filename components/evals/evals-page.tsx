"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { EvalList } from "#components/evals/eval-list.tsx";
import { SuiteList } from "#components/evals/suite-list.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Page, PageHead } from "#components/ui/page-head.tsx";
import { Tabs } from "#components/ui/tabs.tsx";

/** Evals and the suites they run on. */
export function EvalsPage({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const cannotMakeSuite = useRefusal("evals.createSuite");
  const cannotStart = useRefusal("evals.start");
  const suites = useQuery(trpc.evals.suites.queryOptions({ limit: 1 }));
  return (
    <Page>
      <PageHead
        title="Evals"
        purpose="Is a model better than the one it should replace? Both get the same cases, and the difference comes with its confidence interval."
        actions={
          <>
            <ButtonLink href={`/${slug}/evals/suites/new`} disabledReason={cannotMakeSuite}>
              New suite
            </ButtonLink>
            <ButtonLink
              href={`/${slug}/evals/new`}
              variant="primary"
              icon={<Plus aria-hidden />}
              disabledReason={cannotStart}
            >
              New eval
            </ButtonLink>
          </>
        }
      />
      <Tabs
        label="Evals and suites"
        tabs={[
          { id: "evals", label: "Evals", content: <EvalList slug={slug} hasSuites={suites.data?.total !== 0} /> },
          { id: "suites", label: "Suites", count: suites.data?.total, content: <SuiteList slug={slug} /> },
        ]}
      />
    </Page>
  );
}
