import { DatasetField } from "#components/datasets/dataset-field.tsx";
import { SuitePicker } from "#components/evals/suite-picker.tsx";
import type { VerbForm } from "#components/form/use-verb-form.ts";
import { VersionPicker } from "#components/models/version-picker.tsx";
import { type Methods, methodIn, noSuite, type RunDraft } from "#components/runs/draft.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";

/** Which base learns from which dataset, what the result is called and which suite judges it. */
export function IngredientsCard({
  slug,
  form,
  values,
  methods,
  modelName,
  wrong,
}: {
  slug: string;
  form: Pick<VerbForm<RunDraft>, "register" | "set">;
  /** what is typed, and what stands for fields that nobody has touched */
  values: RunDraft;
  methods: Methods;
  /** what the result is called when nothing is typed */
  modelName: string | null;
  wrong: (field: keyof RunDraft) => string | undefined;
}) {
  const { register, set } = form;
  const method = methodIn(methods, values.method);
  const mayImport = useRefusal("models.import") === undefined;
  return (
    <Card title="Model and data">
      <div className="grid gap-4">
        <Field label="Method" error={wrong("method")}>
          <Select
            value={method.name}
            onValueChange={(name) => set("method", name)}
            options={methods.map(({ name, title }) => ({ value: name, label: title }))}
          />
        </Field>
        <Field
          label="Base model"
          error={wrong("base")}
          hint={mayImport && <TextLink href={`/${slug}/models/new`}>Import another base</TextLink>}
        >
          <VersionPicker kind="base" value={values.base} onChoose={(base) => set("base", base)} />
        </Field>
        <DatasetField
          slug={slug}
          value={values.dataset}
          error={wrong("dataset")}
          sizeOf={({ trainRows, validationRows }) =>
            `${formatNumber(trainRows ?? 0)} training rows, ${formatNumber(validationRows ?? 0)} validation rows`
          }
          refusalOf={({ shape }) => (shape && method.refusals[shape] ? `It ${method.refusals[shape]}` : undefined)}
          onChange={(dataset) => set("dataset", dataset)}
        />
        <div className="grid gap-4 md:grid-cols-2">
          <Field
            label="Model name"
            optional
            error={wrong("modelName")}
            hint="A success becomes this model's next version."
          >
            <Input {...register("modelName")} placeholder={modelName ?? "the dataset's name"} autoComplete="off" />
          </Field>
          <Field label="Name" optional error={wrong("name")} hint="What the list calls this run.">
            <Input {...register("name")} placeholder="auto" autoComplete="off" />
          </Field>
        </div>
        <Field
          label="Eval suite"
          optional
          error={wrong("suite")}
          hint="Compared with its baseline automatically when the run has succeeded."
        >
          <SuitePicker
            value={values.suite === noSuite ? "" : values.suite}
            none="no eval"
            onChoose={(suite) => set("suite", suite || noSuite)}
          />
        </Field>
      </div>
    </Card>
  );
}
