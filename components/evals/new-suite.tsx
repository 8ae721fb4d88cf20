"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { z } from "zod";
import { DatasetField } from "#components/datasets/dataset-field.tsx";
import { GradersCard } from "#components/evals/graders-card.tsx";
import { SuiteSummary } from "#components/evals/suite-summary.tsx";
import { FlowActions, FlowForm } from "#components/form/form.tsx";
import { useVerbForm } from "#components/form/use-verb-form.ts";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatNumber, plural } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { Select } from "#components/ui/select.tsx";
import { notify } from "#components/ui/toast.tsx";
import { splits } from "#db/enums.ts";
import { graderKinds, graders, readOptions } from "#server/evals/graders.rule.ts";
import { CreateSuite } from "#server/evals/input.ts";
import { formatLeftOut } from "#server/evals/left-out.rule.ts";

const Draft = z.object({
  name: z.string(),
  datasetVersionId: z.string(),
  split: z.enum(splits),
  graders: z.array(z.enum(graderKinds)),
  options: z.record(z.string(), z.string()),
  maxCases: z.string(),
  maxTokens: z.string(),
});
const initial: z.infer<typeof Draft> = {
  name: "",
  datasetVersionId: "",
  split: "validation",
  graders: ["exact_match"],
  options: {},
  maxCases: "1000",
  maxTokens: "128",
};

const SuiteForm = Draft.transform(
  ({ options, graders: kinds, maxCases, maxTokens, ...rest }): CreateSuite => ({
    ...rest,
    graders: kinds.map((kind) => ({ name: graders[kind].label, kind, ...readOptions(kind, options) })),
    maxCases: numberIn(maxCases),
    maxTokens: numberIn(maxTokens),
  }),
).pipe(CreateSuite);

function numberIn(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** Freeze a split as cases with reference answers, and choose how answers are graded. */
export function NewSuite({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("evals.createSuite");
  const asked = useSearchParams().get("dataset") ?? "";
  const create = useMutation(trpc.evals.createSuite.mutationOptions());
  const form = useVerbForm({
    schema: SuiteForm,
    initial: { ...initial, datasetVersionId: asked },
    draft: { project: slug, form: "suite", asked: { dataset: asked }, schema: Draft },
    send: create.mutateAsync,
    onDone: async (suite) => {
      await client.invalidateQueries(trpc.evals.suites.pathFilter());
      const leftOut = formatLeftOut(suite.cases, suite.leftOut);
      if (leftOut) notify.info(`${suite.name} has ${plural(suite.cases, "case")}`, `${leftOut}.`);
      for (const { grader, cases, needs } of suite.unpassable)
        notify.info(
          `${plural(cases, "reference")} of ${formatNumber(suite.cases)} cannot pass ${grader}`,
          `A reference has to be ${needs}: as they are, ${grader} fails those cases whatever is answered.`,
        );
      router.push(`/${slug}/evals/new?suite=${suite.id}`);
    },
  });
  const { set, errorAt } = form;
  const { values, problem } = form.read();
  const chosen = useQuery(
    trpc.datasets.pickVersion.queryOptions(
      { chosen: values.datasetVersionId, limit: 1 },
      { enabled: values.datasetVersionId !== "" },
    ),
  );
  const dataset = chosen.data?.items.find((version) => version.id === values.datasetVersionId);
  const rows = dataset ? (values.split === "train" ? dataset.trainRows : dataset.validationRows) : null;
  const why = refusal ?? (rows === 0 ? `The ${values.split} split has no rows` : undefined) ?? problem;

  return (
    <Page>
      <Crumb label="New suite" />
      <PageHead
        title="New suite"
        purpose="Cases with reference answers that every target has to answer. A suite never changes once it is created."
      />
      <FlowForm form={form} refused="The suite could not be created">
        <WithAside
          aside={
            <Card title="Summary">
              <SuiteSummary rows={rows} maxCases={Number(values.maxCases) || 0} graders={values.graders} />
              <FlowActions
                label="Create suite"
                pending={form.pending}
                why={why}
                cancelHref={`/${slug}/evals?tab=suites`}
              />
            </Card>
          }
        >
          <Card title="Cases">
            <div className="grid gap-4">
              <Field label="Name" error={errorAt("name")}>
                <Input {...form.register("name")} placeholder="held-out-tickets" />
              </Field>
              <DatasetField
                slug={slug}
                value={values.datasetVersionId}
                error={errorAt("datasetVersionId")}
                sizeOf={({ trainRows, validationRows }) =>
                  `${formatNumber(trainRows ?? 0)} train, ${formatNumber(validationRows ?? 0)} validation`
                }
                onChange={(id) => set("datasetVersionId", id)}
              />
              <Field
                label="Split"
                error={errorAt("split")}
                hint="Training reads only the train split, so validation rows are unseen by every model trained on this dataset."
              >
                <Select
                  value={values.split}
                  onValueChange={(split) => set("split", split)}
                  options={splits.map((value) => ({ value, label: value }))}
                />
              </Field>
              <div className="grid gap-4 md:grid-cols-2">
                <Field label="Max cases" error={errorAt("maxCases")}>
                  <Input {...form.register("maxCases")} inputMode="numeric" unit="cases" />
                </Field>
                <Field label="Max output tokens" error={errorAt("maxTokens")}>
                  <Input {...form.register("maxTokens")} inputMode="numeric" unit="tokens" />
                </Field>
              </div>
            </div>
          </Card>
          <GradersCard
            chosen={values.graders}
            options={values.options}
            error={errorAt("graders")}
            onChoose={(chosen) => set("graders", chosen)}
            onOptions={(options) => set("options", options)}
          />
        </WithAside>
      </FlowForm>
    </Page>
  );
}
