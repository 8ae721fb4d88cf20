"use client";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect } from "react";
import { failureOf } from "#components/failure.ts";
import { FailureBanner } from "#components/failure-banner.tsx";
import { pollMs } from "#components/runs/data.ts";
import { draftOfSettings, emptyRun, noSuite, RunDraft, readSettings } from "#components/runs/draft.ts";
import { HyperFields } from "#components/runs/hyper-fields.tsx";
import { IngredientsCard } from "#components/runs/ingredients-card.tsx";
import { PlanCard } from "#components/runs/plan-card.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { sentence } from "#components/ui/format.ts";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { useDraft } from "#components/use-draft.ts";
import type { PlanRun } from "#server/runs/input.ts";
import type { HyperValue } from "#server/runs/methods/field.ts";
import type { Method } from "#server/runs/methods/method.ts";
import { findMethod, methods } from "#server/runs/methods/table.ts";

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
  const { value: draft, set, clear } = useDraft("run", RunDraft, { ...emptyRun, ...asked });
  const copied = useQuery(trpc.runs.show.queryOptions({ runId: from ?? "" }, { enabled: from !== null }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a clone is copied in once, when it has been read
  useEffect(() => {
    const run = copied.data;
    if (!run) return;
    const method = findMethod(run.method);
    set({
      base: run.base?.versionId ?? "",
      dataset: run.dataset?.versionId ?? "",
      modelName: run.modelName,
      suite: run.suite?.id ?? noSuite,
      ...(method && run.hyperParameters
        ? { method: method.name, settings: draftOfSettings(method, run.hyperParameters) }
        : {}),
    });
  }, [copied.data]);
  const newest = useQuery(
    trpc.evals.comparable.queryOptions(
      { kind: "base", limit: 1 },
      // a new project's first base is still being imported
      { refetchInterval: ({ state }) => (state.data?.total === 0 ? pollMs : false) },
    ),
  );
  const base = draft.base || newest.data?.items[0]?.id || "";
  const dataset = draft.dataset || asked.dataset;
  const method = findMethod(draft.method) ?? methods[0];
  const settings = readSettings(method, draft.settings);
  const request = requestOf(draft, { base, dataset }, method, settings.hyperParameters);
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
  const [wrongSetting] = Object.values(settings.wrong);
  const wrong = (field: string) =>
    refused?.field === field ? refused.message : planError?.field?.endsWith(field) ? planError.message : undefined;
  const why =
    refusal ??
    (newest.data?.total === 0 ? "Import a base model first" : undefined) ??
    (base === "" ? "Choose a base model first" : undefined) ??
    (dataset === "" ? "Choose a dataset first" : undefined) ??
    (wrongSetting && sentence(wrongSetting)) ??
    refused?.message ??
    planError?.message;
  const unknown = base === "" ? "choose a base" : dataset === "" ? "choose a dataset" : "not known yet";
  const failure = start.error ? failureOf(start.error) : null;

  return (
    <Page>
      <Crumb label="New run" />
      <PageHead title="New run" purpose={method.description} />
      <FailureBanner title="The run was not started" failure={failure} />
      <WithAside
        aside={
          <PlanCard
            plan={wrongSetting ? undefined : plan.data}
            unknown={unknown}
            why={why}
            pending={start.isPending || start.isSuccess}
            cancelHref={`/${slug}/runs`}
            onStart={() => start.mutate({ ...request, name: draft.name.trim() || undefined })}
          />
        }
      >
        <IngredientsCard
          slug={slug}
          draft={draft}
          method={method}
          chosen={{ base, dataset }}
          modelName={plan.data?.ok ? plan.data.modelName : null}
          wrong={wrong}
          onChange={set}
        />
        <HyperFields
          method={method}
          typed={draft.settings}
          wrong={settings.wrong}
          suggested={plan.data?.ok ? plan.data.suggested : null}
          error={
            refused?.field?.startsWith("hyperParameters") || planError?.field?.startsWith("hyperParameters")
              ? (refused?.message ?? planError?.message)
              : undefined
          }
          onChange={(settings) => set({ settings })}
        />
      </WithAside>
    </Page>
  );
}

function requestOf(
  draft: RunDraft,
  chosen: { base: string; dataset: string },
  method: Method,
  hyperParameters: Readonly<Record<string, HyperValue>>,
) {
  const request = {
    ...chosen,
    method: method.name,
    hyperParameters,
    suite: draft.suite === noSuite ? null : draft.suite,
    modelName: draft.modelName.trim() || undefined,
  };
  return request as PlanRun; // safe because the method and its settings come from the table that PlanRun is made of
}
