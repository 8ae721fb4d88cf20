"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { z } from "zod";
import { failureOf } from "#components/failure.ts";
import { FailureBanner } from "#components/failure-banner.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, ButtonLink, TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EvidenceChip } from "#components/ui/evidence-chip.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { Select } from "#components/ui/select.tsx";
import { SummaryLine } from "#components/ui/summary-line.tsx";
import { useDraft } from "#components/use-draft.ts";
import { isBinary } from "#server/evals/graders.rule.ts";
import { proposeBaseline, proposeCandidate } from "#server/evals/propose.rule.ts";
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
  const suites = useQuery(trpc.evals.suites.queryOptions());
  const versions = useQuery(trpc.evals.comparable.queryOptions());
  const start = useMutation(
    trpc.evals.start.mutationOptions({
      onSuccess: async (row) => {
        clear();
        await client.invalidateQueries(trpc.evals.list.pathFilter());
        router.push(`/${slug}/evals/${row.id}`);
      },
    }),
  );
  const all = versions.data ?? [];
  const suite = suites.data?.find((one) => one.id === draft.suite) ?? suites.data?.[0];
  const rivals = all.filter((version) => version.id !== draft.baseline);
  const candidate =
    all.find((version) => version.id === draft.candidate) ?? proposeCandidate(rivals, suite?.lastModel ?? null);
  const baseline = draft.baseline || (candidate && proposeBaseline(all, candidate)?.id) || "";
  const chosen = { suite: suite?.id ?? "", candidate: candidate?.id ?? "", baseline };
  const headline = suite?.graders[0];
  const shows = headline && isBinary(headline.kind) ? detectableDifference(suite.cases, plannedDiscordance) : null;
  const failure = start.error ? failureOf(start.error) : null;
  const why =
    refusal ??
    (suites.data?.length === 0 ? "Make a suite first" : undefined) ??
    (!chosen.candidate || !chosen.baseline ? "Choose two versions" : undefined) ??
    (chosen.candidate === chosen.baseline ? "Choose two different versions" : undefined);
  const options = all.map((version) => ({
    value: version.id,
    label: version.name,
    hint: version.aliases.length ? version.aliases.join(", ") : version.kind === "base" ? "base model" : undefined,
  }));
  return (
    <Page>
      <Crumb label="New eval" />
      <PageHead
        title="New eval"
        purpose="Both versions answer every question of the suite at temperature 0, through the gateway, like any client."
      />
      <FailureBanner title="The eval was not started" failure={failure} />
      <WithAside
        aside={
          <Card title="What will happen">
            <dl className="grid gap-2">
              <SummaryLine label="Calls" value={suite ? formatNumber(suite.cases * 2) : "choose a suite"} />
              <SummaryLine label="Headline" value={headline?.name ?? "choose a suite"} />
              <div className="flex justify-between gap-4">
                <dt className="text-ink-3">Smallest difference it can show</dt>
                <dd className="text-right tabular-nums">
                  {shows === null
                    ? headline
                      ? "depends on how far the marks move"
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
                look="primary"
                pending={start.isPending || start.isSuccess}
                disabledReason={why}
                onClick={() => start.mutate(chosen)}
              >
                Start eval
              </Button>
              <ButtonLink href={`/${slug}/evals`}>Cancel</ButtonLink>
            </div>
          </Card>
        }
      >
        <Card title="What is compared">
          <div className="grid gap-4">
            <Field
              label="Suite"
              hint={
                cannotMakeSuite ? undefined : <TextLink href={`/${slug}/evals/suites/new`}>Make another suite</TextLink>
              }
            >
              <Select
                value={chosen.suite || undefined}
                onValueChange={(value) => set({ suite: value })}
                options={(suites.data ?? []).map((one) => ({
                  value: one.id,
                  label: one.name,
                  hint: `${formatNumber(one.cases)} cases from ${one.dataset} v${one.datasetVersion}`,
                }))}
              />
            </Field>
            <Field label="Candidate" hint="The version that wants to be promoted.">
              <Select
                value={chosen.candidate || undefined}
                onValueChange={(value) => set({ candidate: value, baseline: asked.baseline })}
                options={options}
              />
            </Field>
            <Field label="Baseline" hint="What it has to beat: the champion, or its own base.">
              <Select
                value={chosen.baseline || undefined}
                onValueChange={(value) => set({ baseline: value })}
                options={options}
              />
            </Field>
          </div>
        </Card>
      </WithAside>
    </Page>
  );
}
