"use client";
import { ArrowRight } from "lucide-react";
import { ExampleView } from "#components/datasets/example-view.tsx";
import {
  type Aim,
  aims,
  type MappingDraft,
  mappingOf,
  type Target,
  withoutEmpty,
} from "#components/datasets/mapping-draft.ts";
import { CodeWell } from "#components/ui/code-well.tsx";
import { Field } from "#components/ui/field.tsx";
import { formatPercent, sentence } from "#components/ui/format.ts";
import { Select } from "#components/ui/select.tsx";
import type { ColumnMapping } from "#server/datasets/input.ts";
import type { SeenColumn } from "#server/datasets/shapes/detect.rule.ts";
import { mappedReading } from "#server/datasets/shapes/mapping.rule.ts";
import { nothingFound } from "#server/datasets/shapes/problem.rule.ts";
import { exactJson, isExactObject } from "#server/text/exact-json.rule.ts";

const targetLabels: Record<Target, string> = {
  prompt: "Prompt",
  input: "Input or context",
  completion: "Completion",
  label: "Label (true is good)",
  system: "System text",
  history: "Earlier turns",
  chosen: "Better answer (chosen)",
  rejected: "Worse answer (rejected)",
  messages: "Turns",
  text: "Text",
};

const nothing = "none";

/** Say what a file's columns are, and see at once what its first rows become. */
export function MappingForm({
  columns,
  samples,
  draft,
  onChange,
}: {
  columns: readonly SeenColumn[];
  samples: readonly unknown[];
  draft: MappingDraft;
  onChange: (draft: MappingDraft) => void;
}) {
  const { needs, may } = aims[draft.aim];
  const targets: readonly Target[] = [...needs, ...may];
  const required: readonly Target[] = needs;
  const mapping = mappingOf(draft);
  return (
    <div className="grid gap-5">
      <div className="grid gap-4 md:grid-cols-2">
        <Field label="What a row is">
          <Select<Aim>
            value={draft.aim}
            onValueChange={(aim) => onChange({ ...draft, aim })}
            options={entriesOf(aims).map(([value, { label, hint }]) => ({ value, label, hint }))}
          />
        </Field>
        {targets.map((target) => (
          <Field key={target} label={targetLabels[target]} optional={!required.includes(target)}>
            <Select
              value={draft.columns[target] ?? (required.includes(target) ? undefined : nothing)}
              placeholder="Choose a column"
              onValueChange={(name) =>
                onChange({
                  ...draft,
                  columns: withoutEmpty({ ...draft.columns, [target]: name === nothing ? undefined : name }),
                })
              }
              options={[
                ...(required.includes(target) ? [] : [{ value: nothing, label: "None" }]),
                ...columns.map((column) => ({ value: column.name, label: column.name, hint: formatColumn(column) })),
              ]}
            />
          </Field>
        ))}
      </div>
      <MappedRows samples={samples} mapping={mapping} />
    </div>
  );
}

/** The first rows: as they are on the left, as examples on the right. */
function MappedRows({ samples, mapping }: { samples: readonly unknown[]; mapping: ColumnMapping | null }) {
  const reading = mapping ? mappedReading(mapping) : null;
  return (
    <section aria-label="What the first rows become" className="grid gap-2">
      <h3 className="font-medium text-sm">What the first rows become</h3>
      <ol className="grid gap-3">
        {samples.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: samples never move
          <li key={index} className="grid items-center gap-2 md:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)]">
            <CodeWell label={`Row ${index + 1}`} className="max-h-40">
              {exactJson(row, 2)}
            </CodeWell>
            <ArrowRight aria-hidden className="size-4 text-ink-3 max-md:mx-auto max-md:rotate-90" />
            <div className="max-h-40 min-w-0 overflow-auto rounded-md border px-3 py-2.5">
              {reading && "convert" in reading && isExactObject(row) ? (
                <Converted converted={reading.convert(row, nothingFound(true))} />
              ) : (
                <span className="text-ink-3">Choose the columns to see it.</span>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Converted({
  converted,
}: {
  converted: ReturnType<Extract<ReturnType<typeof mappedReading>, { convert: unknown }>["convert"]>;
}) {
  if (converted.ok) return <ExampleView value={converted.example} />;
  return (
    <ul className="grid gap-1 text-bad">
      {converted.problems.map((found) => (
        <li key={`${found.field}-${found.code}`}>
          {sentence(found.message)}. <span className="text-ink-2">{found.remedy}</span>
        </li>
      ))}
    </ul>
  );
}

function formatColumn({ kinds, share }: SeenColumn): string {
  return `${kinds.join(" or ")}${share < 1 ? `, in ${formatPercent(share, 0)} of the rows` : ""}`;
}

function entriesOf<T extends object>(value: T): [keyof T & string, T[keyof T]][] {
  return Object.entries(value) as [keyof T & string, T[keyof T]][]; // safe because the object is a literal of this module
}
