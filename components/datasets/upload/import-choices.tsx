"use client";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import type { onBadRows } from "#server/datasets/input.ts";

export type Choices = { name: string; onBadRows: (typeof onBadRows)[number]; validationShareBp: number };

export const initialChoices: Choices = { name: "", onBadRows: "ask", validationShareBp: 1_000 };

/** The shares of a file that can be kept for validation, in basis points. */
export const validationShares = [
  { value: "1000", label: "A tenth of the rows", hint: "for the loss while training and for evals" },
  { value: "2000", label: "A fifth of the rows" },
  { value: "0", label: "None", hint: "all rows are trained on" },
  { value: "10000", label: "Every row", hint: "an eval set: nothing of it is trained on" },
] as const;

const badRows = [
  { value: "ask", label: "Ask me", hint: "the version waits until you have decided" },
  { value: "set_aside", label: "Set them aside", hint: "kept in a file of their own, with their problems" },
  { value: "refuse", label: "Refuse the file", hint: "all rows must be right" },
] as const;

/** Name, validation share, and what happens to rows with problems. */
export function ImportChoices({
  title,
  value,
  nameError,
  locked,
  onChange,
}: {
  title: string;
  value: Choices;
  nameError: string | undefined;
  locked: boolean;
  onChange: (choices: Choices) => void;
}) {
  return (
    <Card title={title}>
      <div className="grid gap-4 md:grid-cols-2">
        <Field
          label="Dataset"
          hint="An existing name makes its next version."
          error={nameError}
          className="md:col-span-2"
          required
        >
          <Input
            value={value.name}
            disabled={locked}
            autoComplete="off"
            onChange={(event) => onChange({ ...value, name: event.target.value })}
          />
        </Field>
        <Field label="Kept for validation">
          <Select
            value={String(value.validationShareBp)}
            disabled={locked}
            onValueChange={(share) => onChange({ ...value, validationShareBp: Number(share) })}
            options={validationShares}
          />
        </Field>
        <Field label="Rows with problems">
          <Select
            value={value.onBadRows}
            disabled={locked}
            onValueChange={(what) => onChange({ ...value, onBadRows: what })}
            options={badRows}
          />
        </Field>
      </div>
    </Card>
  );
}
