"use client";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { z } from "zod";
import { SuitePicker } from "#components/evals/suite-picker.tsx";
import { FlowActions, FlowForm } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
import { VersionPicker } from "#components/models/version-picker.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EvidenceChip } from "#components/ui/evidence-chip.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { SummaryLine } from "#components/ui/summary-line.tsx";
import { isBinary } from "#server/evals/graders.rule.ts";
import { StartEval } from "#server/evals/input.ts";
import { detectableDifference } from "#server/evals/statistics.rule.ts";

const Draft = z.object({ suite: z.string(), candidate: z.string(), baseline: z.string() });
const EvalForm = Draft.pipe(StartEval);

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
  const start = useMutation(trpc.evals.start.mutationOptions());
  const form = useVerbForm({
    schema: EvalForm,
    initial: asked,
    draft: { project: slug, form: "eval", asked, schema: Draft },
    send: start.mutateAsync,
    onDone: async (row) => {
      await client.invalidateQueries(trpc.evals.list.pathFilter());
      router.push(`/${slug}/evals/${row.id}`);
    },
  });
  const { typed, set, errorAt } = form;
  const proposal = useQuery(
    trpc.evals.propose.queryOptions(
      {
        suiteId: typed.suite || undefined,
        candidateId: typed.candidate || undefined,
        baselineId: typed.baseline || undefined,
      },
      { placeholderData: keepPreviousData },
    ),
  );
  const proposed = proposal.data;
  const { values: chosen, problem } = form.read((typed) => ({
    suite: typed.suite || (proposed?.suiteId ?? ""),
    candidate: typed.candidate || (proposed?.candidateId ?? ""),
    baseline: typed.baseline || (proposed?.baselineId ?? ""),
  }));
  const suites = useQuery(
    trpc.evals.suites.queryOptions({ chosen: chosen.suite, limit: 1 }, { enabled: chosen.suite !== "" }),
  );
  const suite = suites.data?.items.find((one) => one.id === chosen.suite);
  const headline = suite?.graders[0];
  const shows = headline && isBinary(headline.kind) ? detectableDifference(suite.cases, plannedDiscordance) : null;
  const why =
    refusal ??
    (chosen.suite === "" && proposed ? "Create a suite first" : undefined) ??
    problem ??
    (chosen.candidate === chosen.baseline ? "Choose two different versions" : undefined);
  return (
    <Page>
      <Crumb label="New eval" />
      <PageHead
        title="New eval"
        purpose="Both versions answer every case of the suite at temperature 0, through the gateway, like any client."
      />
      <FlowForm form={form} refused="The eval was not started">
        <WithAside
          aside={
            <Card title="Summary">
              <dl className="grid gap-2">
                <SummaryLine label="Calls" value={suite ? formatNumber(suite.cases * 2) : "choose a suite"} />
                <SummaryLine label="Primary metric" value={headline?.name ?? "choose a suite"} />
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
              <FlowActions label="Start eval" pending={form.pending} why={why} cancelHref={`/${slug}/evals`} />
            </Card>
          }
        >
          <Card title="Targets">
            <div className="grid gap-4">
              <Field
                label="Suite"
                error={errorAt("suite")}
                hint={
                  cannotMakeSuite ? undefined : (
                    <TextLink href={`/${slug}/evals/suites/new`}>Create another suite</TextLink>
                  )
                }
              >
                <SuitePicker value={chosen.suite} onChoose={(suite) => set("suite", suite)} />
              </Field>
              <Field label="Candidate" error={errorAt("candidate")} hint="The version you may promote.">
                <VersionPicker
                  value={chosen.candidate}
                  onChoose={(candidate) => {
                    set("candidate", candidate);
                    set("baseline", asked.baseline); // proposed anew
                  }}
                />
              </Field>
              <Field
                label="Baseline"
                error={errorAt("baseline")}
                hint="The one to beat: the champion, or its own base."
              >
                <VersionPicker value={chosen.baseline} onChoose={(baseline) => set("baseline", baseline)} />
              </Field>
            </div>
          </Card>
        </WithAside>
      </FlowForm>
    </Page>
  );
}
