"use client";
import { ChevronDown } from "lucide-react";
import { type ComponentProps, useState } from "react";
import type { TypedSettings } from "#components/runs/draft.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { sentence } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { Switch } from "#components/ui/switch.tsx";
import { type Field as HyperField, type HyperValue, showField, writeField } from "#server/runs/methods/field.ts";
import { fieldsOf, type Method } from "#server/runs/methods/method.ts";

type Values = Readonly<Record<string, HyperValue>>;

/** Hyperparameters with the suggestion for this base and data as placeholder; what is left empty is suggested. */
export function HyperFields({
  method,
  typed,
  wrong,
  suggested,
  copiedFrom,
  error,
  register,
  onChange,
}: {
  method: Pick<Method, "fields">;
  typed: TypedSettings;
  wrong: (key: string) => string | undefined;
  /** null until base and data are chosen */
  suggested: Values | null;
  /** the run that the settings were copied from */
  copiedFrom?: string | undefined;
  error: string | undefined;
  /** joins a text input to the form */
  register: (key: string) => ComponentProps<"input">;
  onChange: (key: string, text: string) => void;
}) {
  const [chosenOpen, setOpen] = useState<boolean>();
  const differs = ([key, field]: [string, HyperField]) =>
    Boolean(typed[key]) && suggested?.[key] !== undefined && typed[key] !== writeField(field, suggested[key]);
  const open = chosenOpen ?? (copiedFrom !== undefined && fieldsOf(method, "more").some(differs));
  const row = ([key, field]: [string, HyperField]) => (
    <HyperParameter
      key={key}
      field={field}
      text={typed[key] ?? ""}
      suggested={suggested?.[key]}
      error={wrong(key)}
      register={() => register(key)}
      onChange={(text) => onChange(key, text)}
    />
  );
  const suggestion = copiedFrom
    ? `copied from ${copiedFrom}`
    : suggested
      ? "suggested for this base and data"
      : "suggested once base and data are chosen";
  return (
    <Card title="Hyperparameters" aside={suggestion}>
      <div className="grid gap-4">
        {error && (
          <p role="alert" className="text-bad">
            {sentence(error)}
          </p>
        )}
        <div className="grid gap-4 md:grid-cols-2">{fieldsOf(method, "main").map(row)}</div>
        <Button
          variant="ghost"
          className="justify-self-start"
          aria-expanded={open}
          icon={<ChevronDown aria-hidden className={open ? "rotate-180" : ""} />}
          onClick={() => setOpen(!open)}
        >
          {open ? "Fewer settings" : "All settings"}
        </Button>
        {open && <div className="grid gap-4 md:grid-cols-2">{fieldsOf(method, "more").map(row)}</div>}
      </div>
    </Card>
  );
}

/** One option in the control of its kind, all of them holding what was typed. */
function HyperParameter({
  field,
  text,
  suggested,
  error,
  register,
  onChange,
}: {
  field: HyperField;
  text: string;
  suggested: HyperValue | undefined;
  error: string | undefined;
  register: () => ComponentProps<"input">;
  onChange: (text: string) => void;
}) {
  const { label, help } = field;
  const shown = text || writeField(field, suggested ?? (typeof field.suggest === "function" ? null : field.suggest));
  if (field.kind === "switch")
    return (
      <Field inline label={label} hint={help}>
        <Switch checked={shown === "true"} onCheckedChange={(on) => onChange(String(on))} />
      </Field>
    );
  if (field.kind === "choice")
    return (
      <Field label={label} hint={help}>
        <Select
          value={shown}
          onValueChange={onChange}
          options={field.options.map((value) => ({ value, label: value }))}
        />
      </Field>
    );
  return (
    <Field label={label} hint={help} error={error}>
      <Input
        {...register()}
        inputMode="decimal"
        autoComplete="off"
        placeholder={suggested === undefined ? "suggested" : showField(field, suggested)}
      />
    </Field>
  );
}
