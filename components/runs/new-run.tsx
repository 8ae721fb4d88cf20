"use client";
import { keepPreviousData, skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect, useMemo } from "react";
import { failureOf } from "#components/failure.ts";
import { FlowForm } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
import { pollMs } from "#components/runs/data.ts";
import { draftOfSettings, type Methods, methodIn, noSuite, RunDraft, runForms } from "#components/runs/draft.ts";
import { HyperFields } from "#components/runs/hyper-fields.tsx";
import { IngredientsCard } from "#components/runs/ingredients-card.tsx";
import { PlanCard } from "#components/runs/plan-card.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { methods as allMethods } from "#server/runs/methods/table.ts";

/** Choose base and data; settings come suggested for both; the card says what will happen before anything starts. */
export function NewRun({ slug, methods = allMethods }: { slug: string; methods?: Methods }) {
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
  const blank: RunDraft = {
    ...asked,
    name: "",
    modelName: "",
    suite: noSuite,
    method: methods[0].name,
    hyperParameters: {},
  };
  const schemas = useMemo(() => runForms(methods), [methods]);
  const start = useMutation(trpc.runs.start.mutationOptions());
  const form = useVerbForm({
    schema: schemas.start,
    initial: blank,
    draft: { project: slug, form: "run", asked: { from, ...asked }, schema: RunDraft },
    send: start.mutateAsync,
    onDone: async (run) => {
      await client.invalidateQueries(trpc.runs.list.pathFilter());
      router.push(`/${slug}/runs/${run.id}`);
    },
  });
  const { reset, errorAt, register, set } = form;
  const copied = useQuery(trpc.runs.show.queryOptions(from === null ? skipToken : { runId: from }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a clone is copied in when it has been read, not over a draft of it
  useEffect(() => {
    const run = copied.data;
    if (!run || form.draft.restored) return;
    const method = methods.find(({ name }) => name === run.method);
    const settings =
      method && run.hyperParameters
        ? { method: method.name, hyperParameters: draftOfSettings(method, run.hyperParameters) }
        : {};
    reset({
      ...blank,
      base: run.base?.versionId ?? "",
      dataset: run.dataset?.versionId ?? "",
      modelName: run.modelName,
      suite: run.suite?.id ?? noSuite,
      ...settings,
    });
  }, [copied.data, form.draft.restored]);
  const newest = useQuery(
    trpc.models.pickVersion.queryOptions(
      { kind: "base", limit: 1 },
      // a new project's first base is still being imported
      { refetchInterval: ({ state }) => (state.data?.total === 0 ? pollMs : false) },
    ),
  );
  const { values, problem } = form.read((typed) => ({ ...typed, base: typed.base || newest.data?.items[0]?.id || "" }));
  const method = methodIn(methods, values.method);
  const request = schemas.plan.safeParse(values).data;
  const plan = useQuery(
    trpc.runs.estimate.queryOptions(request ?? skipToken, { placeholderData: keepPreviousData, retry: false }),
  );
  const planned = plan.data?.ok ? plan.data : null;
  const refused = plan.data?.ok === false ? plan.data : null;
  const planError = plan.error ? failureOf(plan.error) : null;
  const refusedAt = refused?.field ?? planError?.field ?? "";
  const whyRefused = refused?.message ?? planError?.message;
  const why = refusal ?? (newest.data?.total === 0 ? "Import a base model first" : undefined) ?? problem ?? whyRefused;
  const unknown = values.base === "" ? "choose a base" : values.dataset === "" ? "choose a dataset" : "not known yet";

  return (
    <Page>
      <Crumb label="New run" />
      <PageHead title="New run" purpose={method.description} />
      <FlowForm form={form} refused="The run was not started">
        <WithAside
          aside={
            <PlanCard
              plan={problem ? undefined : plan.data}
              unknown={unknown}
              why={why}
              pending={form.pending}
              cancelHref={`/${slug}/runs`}
            />
          }
        >
          <IngredientsCard
            slug={slug}
            form={form}
            values={values}
            methods={methods}
            modelName={planned?.modelName ?? null}
            wrong={(name) => errorAt(name) ?? (refusedAt === name ? whyRefused : undefined)}
          />
          <HyperFields
            method={method}
            typed={values.hyperParameters}
            wrong={(key) => errorAt(`hyperParameters.${key}`)}
            suggested={planned?.suggested ?? null}
            copiedFrom={copied.data?.name}
            error={refusedAt.startsWith("hyperParameters") ? whyRefused : undefined}
            register={(key) => register(`hyperParameters.${key}`)}
            onChange={(key, text) => set(`hyperParameters.${key}`, text)}
          />
        </WithAside>
      </FlowForm>
    </Page>
  );
}
