import { DatasetField } from "#components/datasets/dataset-field.tsx";
import { SuitePicker } from "#components/evals/suite-picker.tsx";
import { VersionPicker } from "#components/models/version-picker.tsx";
import { noSuite, type RunDraft } from "#components/runs/draft.ts";
import { useRefusal } from "#components/shell/project-context.tsx";
import { TextLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import type { Method } from "#server/runs/methods/method.ts";
import { methods } from "#server/runs/methods/table.ts";

/** Which base learns from which dataset, what the result is called and which suite judges it. */
export function IngredientsCard({
  slug,
  draft,
  method,
  chosen,
  modelName,
  wrong,
  onChange,
}: {
  slug: string;
  draft: RunDraft;
  method: Method;
  /** what stands for fields that nobody has touched */
  chosen: { base: string; dataset: string };
  modelName: string | null;
  wrong: (field: string) => string | undefined;
  onChange: (change: Partial<RunDraft>) => void;
}) {
  const mayImport = useRefusal("models.import") === undefined;
  return (
    <Card title="Model and data">
      <div className="grid gap-4">
        <Field label="Method" error={wrong("method")}>
          <Select
            value={method.name}
            onValueChange={(name) => onChange({ method: name, settings: {} })}
            options={methods.map(({ name, title }) => ({ value: name, label: title }))}
          />
        </Field>
        <Field
          label="Base model"
          error={wrong("base")}
          hint={mayImport && <TextLink href={`/${slug}/models/new`}>Import another base</TextLink>}
        >
          <VersionPicker kind="base" value={chosen.base} onChoose={(base) => onChange({ base })} />
        </Field>
        <DatasetField
          slug={slug}
          value={chosen.dataset}
          error={wrong("dataset")}
          sizeOf={({ trainRows, validationRows }) =>
            `${formatNumber(trainRows ?? 0)} training rows, ${formatNumber(validationRows ?? 0)} validation rows`
          }
          refusalOf={({ shape }) => (shape && method.refusals[shape] ? `It ${method.refusals[shape]}` : undefined)}
          onChange={(dataset) => onChange({ dataset })}
        />
        <div className="grid gap-4 md:grid-cols-2">
          <Field
            label="Model name"
            optional
            error={wrong("modelName")}
            hint="A success becomes this model's next version."
          >
            <Input
              value={draft.modelName}
              placeholder={modelName ?? "the dataset's name"}
              onChange={(event) => onChange({ modelName: event.target.value })}
            />
          </Field>
          <Field label="Name" optional hint="What the list calls this run.">
            <Input value={draft.name} placeholder="auto" onChange={(event) => onChange({ name: event.target.value })} />
          </Field>
        </div>
        <Field
          label="Eval suite"
          optional
          error={wrong("suite")}
          hint="Compared with its baseline automatically when the run has succeeded."
        >
          <SuitePicker
            value={draft.suite === noSuite ? "" : draft.suite}
            none="no eval"
            onChoose={(suite) => onChange({ suite: suite || noSuite })}
          />
        </Field>
      </div>
    </Card>
  );
}
