"use client";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect } from "react";
import { z } from "zod";
import { failureOf } from "#components/failure.ts";
import { FailureBanner } from "#components/failure-banner.tsx";
import { pollMs } from "#components/runs/data.ts";
import { HyperFields } from "#components/runs/hyper-fields.tsx";
import { PlanCard } from "#components/runs/plan-card.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { Select } from "#components/ui/select.tsx";
import { useDraft } from "#components/use-draft.ts";
import { HyperParameters } from "#server/runs/input.ts";

const noSuite = "none";
const Draft = z.object({
  base: z.string(),
  dataset: z.string(),
  name: z.string(),
  modelName: z.string(),
  suite: z.string(),
  hyperParameters: HyperParameters.partial(),
});
const initial: z.infer<typeof Draft> = {
  base: "",
  dataset: "",
  name: "",
  modelName: "",
  suite: noSuite,
  hyperParameters: {},
};

/** Choose base and data; settings come suggested for both; the card says what will happen before anything starts. */
export function NewRun({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("runs.start");
  const params = useSearchParams();
  const from = params.get("from");
  const asked = {
    base: params.get("base") ?? "",
    dataset: params.get("dataset") ?? params.get("datasetVersion") ?? "",
  };
  const { value: draft, set, clear } = useDraft("run", Draft, { ...initial, ...asked });
  const copied = useQuery(trpc.runs.show.queryOptions({ runId: from ?? "" }, { enabled: from !== null }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a clone is copied in once, when it has been read
  useEffect(() => {
    const run = copied.data;
    if (!run) return;
    set({
      base: run.base?.versionId ?? "",
      dataset: run.dataset?.versionId ?? "",
      modelName: run.modelName,
      suite: run.suite?.id ?? noSuite,
      hyperParameters: run.hyperParameters ?? {},
    });
  }, [copied.data]);
  const versions = useQuery(
    trpc.evals.comparable.queryOptions(undefined, {
      // a new project's first base is still being imported
      refetchInterval: ({ state }) => (state.data?.some((version) => version.kind === "base") ? false : pollMs),
    }),
  );
  const datasets = useQuery(trpc.datasets.list.queryOptions({ status: ["ready"], limit: 100 }));
  const suites = useQuery(trpc.evals.suites.queryOptions());
  const bases = (versions.data ?? []).filter((version) => version.kind === "base");
  const base = draft.base || bases[0]?.id || "";
  const dataset = draft.dataset || asked.dataset;
  const request = {
    ...{ base, dataset, hyperParameters: draft.hyperParameters },
    suite: draft.suite === noSuite ? null : draft.suite,
    modelName: draft.modelName.trim() || undefined,
  };
  const plan = useQuery(
    trpc.runs.estimate.queryOptions(request, {
      enabled: base !== "" && dataset !== "",
      placeholderData: keepPreviousData,
      retry: false,
    }),
  );
  const start = useMutation(
    trpc.runs.start.mutationOptions({
      onSuccess: async (run) => {
        clear();
        await client.invalidateQueries(trpc.runs.list.pathFilter());
        router.push(`/${slug}/runs/${run.id}`);
      },
    }),
  );
  const refused = plan.data?.ok === false ? plan.data : null;
  const planError = plan.error ? failureOf(plan.error) : null;
  const wrong = (field: string) =>
    refused?.field === field ? refused.message : planError?.field?.endsWith(field) ? planError.message : undefined;
  const why =
    refusal ??
    (bases.length === 0 && versions.data ? "Import a base model first" : undefined) ??
    (dataset === "" ? "Choose a dataset first" : undefined) ??
    refused?.message ??
    planError?.message;
  const failure = start.error ? failureOf(start.error) : null;

  return (
    <Page>
      <Crumb label="New run" />
      <PageHead
        title="New run"
        purpose="Supervised fine-tuning with LoRA: the base stays as it is, and a small adapter learns your answers."
      />
      <FailureBanner title="The run was not started" failure={failure} />
      <WithAside
        aside={
          <PlanCard
            plan={plan.data}
            why={why}
            pending={start.isPending}
            cancelHref={`/${slug}/runs`}
            onStart={() => start.mutate({ ...request, name: draft.name.trim() || undefined })}
          />
        }
      >
        <Card title="What learns from what">
          <div className="grid gap-4">
            <Field
              label="Base model"
              error={wrong("base")}
              hint={<TextLink href={`/${slug}/models/new`}>Import another base</TextLink>}
            >
              <Select
                value={base || undefined}
                onValueChange={(next) => set({ base: next })}
                options={bases.map((version) => ({ value: version.id, label: version.name }))}
              />
            </Field>
            <Field
              label="Dataset"
              error={wrong("dataset")}
              hint={
                datasets.data?.items.length === 0 ? (
                  <TextLink href={`/${slug}/datasets`}>Upload one first</TextLink>
                ) : (
                  "The newest ready version of each."
                )
              }
            >
              <Select
                value={dataset || undefined}
                onValueChange={(next) => set({ dataset: next })}
                options={(datasets.data?.items ?? []).map((item) => ({
                  value: item.latest.id,
                  label: `${item.name} v${item.latest.version}`,
                  hint: `${formatNumber(item.latest.trainRows ?? 0)} rows to learn, ${formatNumber(item.latest.validationRows ?? 0)} to validate`,
                  ...(item.latest.shape === "preference"
                    ? { disabledReason: "SFT needs prompts with answers, not preference pairs" }
                    : {}),
                }))}
              />
            </Field>
            <div className="grid gap-4 md:grid-cols-2">
              <Field
                label="Model name"
                optional
                error={wrong("modelName")}
                hint="A success becomes this model's next version."
              >
                <Input
                  value={draft.modelName}
                  placeholder={plan.data?.ok ? plan.data.modelName : "the dataset's name"}
                  onChange={(event) => set({ modelName: event.target.value })}
                />
              </Field>
              <Field label="Name" optional hint="What the list calls this run.">
                <Input
                  value={draft.name}
                  placeholder="made for you"
                  onChange={(event) => set({ name: event.target.value })}
                />
              </Field>
            </div>
            <Field
              label="Eval suite"
              optional
              error={wrong("suite")}
              hint="Compared with its baseline by itself when it has succeeded."
            >
              <Select
                value={draft.suite}
                onValueChange={(next) => set({ suite: next })}
                options={[
                  { value: noSuite, label: "no eval" },
                  ...(suites.data ?? []).map((suite) => ({
                    value: suite.id,
                    label: suite.name,
                    hint: `${formatNumber(suite.cases)} cases`,
                  })),
                ]}
              />
            </Field>
          </div>
        </Card>
        <HyperFields
          chosen={draft.hyperParameters}
          suggested={plan.data?.ok ? plan.data.suggested : null}
          error={
            refused?.field?.startsWith("hyperParameters") || planError?.field?.startsWith("hyperParameters")
              ? (refused?.message ?? planError?.message)
              : undefined
          }
          onChange={(hyperParameters) => set({ hyperParameters })}
        />
      </WithAside>
    </Page>
  );
}
