"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { z } from "zod";
import { DatasetField } from "#components/datasets/dataset-field.tsx";
import { graderLabels } from "#components/evals/grader-text.ts";
import { GradersCard } from "#components/evals/graders-card.tsx";
import { SuiteSummary } from "#components/evals/suite-summary.tsx";
import { failureOf } from "#components/failure.ts";
import { FailureBanner } from "#components/failure-banner.tsx";
import { Crumb } from "#components/shell/crumbs.tsx";
import { useRefusal } from "#components/shell/project-context.tsx";
import { useTRPC } from "#components/trpc.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatNumber, plural } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { Page, PageHead, WithAside } from "#components/ui/page-head.tsx";
import { Select } from "#components/ui/select.tsx";
import { notify } from "#components/ui/toast.tsx";
import { useDraft } from "#components/use-draft.ts";
import { graderKinds, splits } from "#db/enums.ts";
import { CreateSuite } from "#server/evals/input.ts";

const Draft = z.object({
  name: z.string(),
  datasetVersionId: z.string(),
  split: z.enum(splits),
  graders: z.array(z.enum(graderKinds)),
  fields: z.string(),
  maxCases: z.string(),
  maxTokens: z.string(),
});
const initial: z.infer<typeof Draft> = {
  name: "",
  datasetVersionId: "",
  split: "validation",
  graders: ["exact_match"],
  fields: "",
  maxCases: "1000",
  maxTokens: "128",
};

/** What the form would send, or the first thing that keeps it from being sent. */
function requestOf(draft: z.infer<typeof Draft>) {
  const fields = draft.fields
    .split(",")
    .map((field) => field.trim())
    .filter(Boolean);
  const graders = draft.graders.map((kind) => ({
    name: graderLabels[kind].label,
    kind,
    ...(kind === "json_fields" && fields.length ? { fields } : {}),
  }));
  return CreateSuite.safeParse({
    ...draft,
    graders,
    maxCases: Number(draft.maxCases),
    maxTokens: Number(draft.maxTokens),
  });
}

/** Freeze a split as cases with reference answers, and choose how answers are graded. */
export function NewSuite({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const refusal = useRefusal("evals.createSuite");
  const asked = useSearchParams().get("dataset") ?? "";
  const { value: draft, set, clear } = useDraft("suite", Draft, { ...initial, datasetVersionId: asked });
  const chosen = useQuery(
    trpc.datasets.pickVersion.queryOptions(
      { chosen: draft.datasetVersionId, limit: 1 },
      { enabled: draft.datasetVersionId !== "" },
    ),
  );
  const create = useMutation(
    trpc.evals.createSuite.mutationOptions({
      onSuccess: async (suite) => {
        clear();
        await client.invalidateQueries(trpc.evals.suites.pathFilter());
        for (const { grader, cases } of suite.unpassable)
          notify.info(
            `${plural(cases, "reference")} of ${formatNumber(suite.cases)} cannot pass ${grader}`,
            `They are no JSON document with its fields, so ${grader} fails those cases whatever is answered.`,
          );
        router.push(`/${slug}/evals/new?suite=${suite.id}`);
      },
    }),
  );
  const dataset = chosen.data?.items.find((version) => version.id === draft.datasetVersionId);
  const rows = dataset ? (draft.split === "train" ? dataset.trainRows : dataset.validationRows) : null;
  const request = requestOf(draft);
  const errorAt = (field: keyof z.infer<typeof Draft>) =>
    request.success ? undefined : request.error.issues.find((issue) => issue.path[0] === field)?.message;
  const failure = create.error ? failureOf(create.error) : null;
  const why =
    refusal ??
    (draft.datasetVersionId ? undefined : "Choose a dataset first") ??
    (rows === 0 ? `The ${draft.split} split has no rows` : undefined) ??
    request.error?.issues[0]?.message;

  return (
    <Page>
      <Crumb label="New suite" />
      <PageHead
        title="New suite"
        purpose="Cases with reference answers that every target has to answer. A suite never changes once it is created."
      />
      <FailureBanner title="The suite could not be created" failure={failure} />
      <WithAside
        aside={
          <Card title="Summary">
            <SuiteSummary rows={rows} maxCases={Number(draft.maxCases) || 0} graders={draft.graders} />
            <div className="mt-4 flex gap-2">
              <Button
                variant="primary"
                pending={create.isPending || create.isSuccess}
                disabledReason={why}
                onClick={() => request.success && create.mutate(request.data)}
              >
                Create suite
              </Button>
              <ButtonLink href={`/${slug}/evals?tab=suites`}>Cancel</ButtonLink>
            </div>
            {why && <p className="mt-2 text-ink-3 text-xs first-letter:uppercase">{why}</p>}
          </Card>
        }
      >
        <Card title="Cases">
          <div className="grid gap-4">
            <Field label="Name" error={draft.name !== "" ? errorAt("name") : undefined}>
              <Input
                value={draft.name}
                placeholder="held-out-tickets"
                onChange={(event) => set({ name: event.target.value })}
              />
            </Field>
            <DatasetField
              slug={slug}
              value={draft.datasetVersionId}
              sizeOf={({ trainRows, validationRows }) =>
                `${formatNumber(trainRows ?? 0)} train, ${formatNumber(validationRows ?? 0)} validation`
              }
              onChange={(datasetVersionId) => set({ datasetVersionId })}
            />
            <Field
              label="Split"
              hint="Training reads only the train split, so validation rows are unseen by every model trained on this dataset."
            >
              <Select
                value={draft.split}
                onValueChange={(split) => set({ split })}
                options={splits.map((value) => ({ value, label: value }))}
              />
            </Field>
            <div className="grid gap-4 md:grid-cols-2">
              <Field label="Max cases" error={errorAt("maxCases")}>
                <Input
                  inputMode="numeric"
                  value={draft.maxCases}
                  unit="cases"
                  onChange={(event) => set({ maxCases: event.target.value })}
                />
              </Field>
              <Field label="Max output tokens" error={errorAt("maxTokens")}>
                <Input
                  inputMode="numeric"
                  value={draft.maxTokens}
                  unit="tokens"
                  onChange={(event) => set({ maxTokens: event.target.value })}
                />
              </Field>
            </div>
          </div>
        </Card>
        <GradersCard
          chosen={draft.graders}
          fields={draft.fields}
          error={errorAt("graders")}
          onChoose={(graders) => set({ graders })}
          onFields={(fields) => set({ fields })}
        />
      </WithAside>
    </Page>
  );
}
