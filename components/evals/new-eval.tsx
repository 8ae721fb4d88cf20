"use client";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { z } from "zod";
import { SuitePicker } from "#components/evals/suite-picker.tsx";
import { failureOf } from "#components/failure.ts";
import { FailureBanner } from "#components/failure-banner.tsx";
import { VersionPicker } from "#components/models/version-picker.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, ButtonLink, TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EvidenceChip } from "#components/ui/evidence-chip.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatNumber, sentence } from "#components/ui/format.ts";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { SummaryLine } from "#components/ui/summary-line.tsx";
import { useDraft } from "#components/use-draft.ts";
import { isBinary } from "#server/evals/graders.rule.ts";
import { detectableDifference } from "#server/evals/statistics.rule.ts";

const Draft = z.object({ suite: z.string(), candidate: z.string(), baseline: z.string() });

/** The share of cases on which the two are taken to disagree; known only once they have answered. */
const plannedDiscordance = 0.3;

/** Choose a suite and two versions; the card says what it will cost and what it could show. */
export function NewEval({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("evals.start");
  const cannotMakeSuite = useRefusal("evals.createSuite");
  const params = useSearchParams();
  const asked = {
    suite: params.get("suite") ?? "",
    candidate: params.get("candidate") ?? "",
    baseline: params.get("baseline") ?? "",
  };
  // what a link asks for is a form of its own: an older draft must not answer for it
  const draftName = ["eval", ...Object.values(asked).filter(Boolean)].join(".");
  const { value: draft, set, clear } = useDraft(draftName, Draft, asked);
  const proposal = useQuery(
    trpc.evals.propose.queryOptions(
      {
        ...(draft.suite ? { suiteId: draft.suite } : {}),
        ...(draft.candidate ? { candidateId: draft.candidate } : {}),
        ...(draft.baseline ? { baselineId: draft.baseline } : {}),
      },
      { placeholderData: keepPreviousData },
    ),
  );
  const chosen = {
    suite: draft.suite || (proposal.data?.suiteId ?? ""),
    candidate: draft.candidate || (proposal.data?.candidateId ?? ""),
    baseline: draft.baseline || (proposal.data?.baselineId ?? ""),
  };
  const suites = useQuery(
    trpc.evals.suites.queryOptions({ chosen: chosen.suite, limit: 1 }, { enabled: chosen.suite !== "" }),
  );
  const start = useMutation(
    trpc.evals.start.mutationOptions({
      onSuccess: async (row) => {
        clear();
        await client.invalidateQueries(trpc.evals.list.pathFilter());
        router.push(`/${slug}/evals/${row.id}`);
      },
    }),
  );
  const suite = suites.data?.items.find((one) => one.id === chosen.suite);
  const headline = suite?.graders[0];
  const shows = headline && isBinary(headline.kind) ? detectableDifference(suite.cases, plannedDiscordance) : null;
  const failure = start.error ? failureOf(start.error) : null;
  const why =
    refusal ??
    (chosen.suite === "" ? (proposal.data ? "Create a suite first" : "Choose a suite first") : undefined) ??
    (!chosen.candidate || !chosen.baseline ? "Choose two versions" : undefined) ??
    (chosen.candidate === chosen.baseline ? "Choose two different versions" : undefined);
  return (
    <Page>
      <Crumb label="New eval" />
      <PageHead
        title="New eval"
        purpose="Both versions answer every case of the suite at temperature 0, through the gateway, like any client."
      />
      <FailureBanner title="The eval was not started" failure={failure} />
      <WithAside
        aside={
          <Card title="Summary">
            <dl className="grid gap-2">
              <SummaryLine label="Calls" value={suite ? formatNumber(suite.cases * 2) : "choose a suite"} />
              <SummaryLine label="Headline" value={headline?.name ?? "choose a suite"} />
              <div className="flex justify-between gap-4">
                <dt className="text-ink-3">Smallest difference it can show</dt>
                <dd className="text-right tabular-nums">
                  {shows === null
                    ? headline
                      ? "depends on the variance of the scores"
                      : "choose a suite"
                    : `${formatNumber(shows * 100, 1)} points`}{" "}
                  {shows !== null && (
                    <EvidenceChip kind="estimated" source="80 % power, if the two disagree on 30 % of the cases" />
                  )}
                </dd>
              </div>
            </dl>
            <div className="mt-4 flex gap-2">
              <Button
                variant="primary"
                pending={start.isPending || start.isSuccess}
                disabledReason={why}
                onClick={() => start.mutate(chosen)}
              >
                Start eval
              </Button>
              <ButtonLink href={`/${slug}/evals`}>Cancel</ButtonLink>
            </div>
            {why && <p className="mt-2 text-ink-2 text-xs">{sentence(why)}</p>}
          </Card>
        }
      >
        <Card title="Targets">
          <div className="grid gap-4">
            <Field
              label="Suite"
              hint={
                cannotMakeSuite ? undefined : (
                  <TextLink href={`/${slug}/evals/suites/new`}>Create another suite</TextLink>
                )
              }
            >
              <SuitePicker value={chosen.suite} onChoose={(suite) => set({ suite })} />
            </Field>
            <Field label="Candidate" hint="The version you may promote.">
              <VersionPicker
                value={chosen.candidate}
                onChoose={(candidate) => set({ candidate, baseline: asked.baseline })}
              />
            </Field>
            <Field label="Baseline" hint="The one to beat: the champion, or its own base.">
              <VersionPicker value={chosen.baseline} onChoose={(baseline) => set({ baseline })} />
            </Field>
          </div>
        </Card>
      </WithAside>
    </Page>
  );
}
