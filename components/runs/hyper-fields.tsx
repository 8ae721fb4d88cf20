"use client";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { Switch } from "#components/ui/switch.tsx";
import { HyperParameters } from "#server/runs/input.ts";

type Chosen = Partial<HyperParameters>;
type NumberKey = {
  [K in keyof HyperParameters]: HyperParameters[K] extends number | null ? K : never;
}[keyof HyperParameters];
type Row = { key: NumberKey; label: string; hint: string };

const common: readonly Row[] = [
  { key: "epochs", label: "Epochs", hint: "How often every row is seen." },
  {
    key: "learningRate",
    label: "Learning rate",
    hint: "Larger learns faster and forgets more; LoRA takes about ten times that of full training.",
  },
  { key: "batchSize", label: "Batch size", hint: "Rows per step on the device." },
  { key: "loraR", label: "LoRA rank", hint: "Size of the adapter; 8 to 32 is usual." },
];
const further: readonly Row[] = [
  { key: "loraAlpha", label: "LoRA alpha", hint: "Strength of the adapter; twice the rank is usual." },
  { key: "loraDropout", label: "LoRA dropout", hint: "Against learning by heart, for few rows." },
  { key: "gradientAccumulation", label: "Gradient accumulation", hint: "Batches gathered before a step." },
  { key: "maxLength", label: "Longest row (tokens)", hint: "What is longer is cut." },
  { key: "maxSteps", label: "Most steps", hint: "Ends the run early; empty goes by epochs." },
  { key: "warmupRatio", label: "Warm-up share", hint: "Share of the steps in which the rate grows." },
  { key: "weightDecay", label: "Weight decay", hint: "Pulls weights towards zero." },
  { key: "maxGradNorm", label: "Gradient norm limit", hint: "Longer gradients are cut to it; 0 never." },
  { key: "checkpointEverySteps", label: "Steps between checkpoints", hint: "What a crash can cost at most." },
  { key: "evalEverySteps", label: "Steps between validations", hint: "Empty validates never." },
  { key: "seed", label: "Seed", hint: "The same seed gives the same adapter on a processor." },
];
const schedulers = HyperParameters.shape.scheduler.options;

/** Hyper-parameters with the suggestion for this base and data as placeholder; what is left empty is suggested. */
export function HyperFields({
  chosen,
  suggested,
  error,
  onChange,
}: {
  chosen: Chosen;
  suggested: HyperParameters | null;
  error: string | undefined;
  onChange: (chosen: Chosen) => void;
}) {
  const [open, setOpen] = useState(false);
  const number = (row: Row) => (
    <NumberField key={row.key} row={row} chosen={chosen} suggested={suggested} onChange={onChange} />
  );
  return (
    <Card title="How" aside="suggested for this base and data; change what you like">
      <div className="grid gap-4">
        {error && <p className="text-bad">{error}</p>}
        <div className="grid gap-4 md:grid-cols-2">{common.map(number)}</div>
        <Button
          look="ghost"
          className="justify-self-start"
          aria-expanded={open}
          icon={<ChevronDown aria-hidden className={open ? "rotate-180" : ""} />}
          onClick={() => setOpen(!open)}
        >
          {open ? "Fewer settings" : "All settings"}
        </Button>
        {open && (
          <div className="grid gap-4 md:grid-cols-2">
            {further.map(number)}
            <Field label="Schedule" hint="How the rate goes down.">
              <Select
                value={chosen.scheduler ?? suggested?.scheduler ?? "cosine"}
                onValueChange={(scheduler) => onChange({ ...chosen, scheduler })}
                options={schedulers.map((value) => ({ value, label: value }))}
              />
            </Field>
            <Field inline label="Loss on answers only" hint="Off also learns to write the questions.">
              <Switch
                checked={chosen.assistantOnlyLoss ?? suggested?.assistantOnlyLoss ?? true}
                onCheckedChange={(assistantOnlyLoss) => onChange({ ...chosen, assistantOnlyLoss })}
              />
            </Field>
          </div>
        )}
      </div>
    </Card>
  );
}

function NumberField({
  row,
  chosen,
  suggested,
  onChange,
}: {
  row: Row;
  chosen: Chosen;
  suggested: HyperParameters | null;
  onChange: (chosen: Chosen) => void;
}) {
  const [text, setText] = useState<string | null>(null);
  const value = chosen[row.key];
  const shown = text ?? (value === undefined || value === null ? "" : String(value));
  const parsed = shown.trim() === "" ? undefined : HyperParameters.shape[row.key].safeParse(Number(shown));
  const wrong = parsed && !parsed.success ? parsed.error.issues[0]?.message : undefined;
  function type(next: string) {
    setText(next);
    const { [row.key]: _left, ...rest } = chosen;
    if (next.trim() === "") return onChange(rest);
    const read = HyperParameters.shape[row.key].safeParse(Number(next));
    onChange(read.success ? { ...rest, [row.key]: read.data } : rest);
  }
  const placeholder = suggested?.[row.key];
  return (
    <Field label={row.label} hint={row.hint} error={wrong}>
      <Input
        inputMode="decimal"
        value={shown}
        placeholder={placeholder === null || placeholder === undefined ? "none" : String(placeholder)}
        onChange={(event) => type(event.target.value)}
      />
    </Field>
  );
}
