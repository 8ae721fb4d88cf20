"use client";
import type { UploadDraft } from "#components/datasets/upload/upload-form.ts";
import type { VerbForm } from "#components/form/use-verb-form.ts";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";

/** The shares of a file that can be kept for validation, in basis points. */
export const validationShares = [
  { value: "1000", label: "10 % of the rows", hint: "for the loss while training and for evals" },
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
  form: { register, set, typed, errorAt },
  locked,
}: {
  title: string;
  form: Pick<VerbForm<UploadDraft>, "register" | "set" | "typed" | "errorAt">;
  locked: boolean;
}) {
  return (
    <Card title={title}>
      <div className="grid gap-4 md:grid-cols-2">
        <Field
          label="Dataset"
          hint="An existing name makes its next version."
          error={errorAt("name")}
          className="md:col-span-2"
          required
        >
          <Input {...register("name")} readOnly={locked} autoComplete="off" />
        </Field>
        <Field label="Validation split">
          <Select
            value={String(typed.validationShareBp)}
            disabled={locked}
            onValueChange={(share) => set("validationShareBp", Number(share))}
            options={validationShares}
          />
        </Field>
        <Field label="Rows with problems">
          <Select
            value={typed.onBadRows}
            disabled={locked}
            onValueChange={(what) => set("onBadRows", what)}
            options={badRows}
          />
        </Field>
      </div>
    </Card>
  );
}
