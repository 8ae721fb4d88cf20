"use client";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import type { NumberSetting, SettingsDraft } from "#components/runs/draft.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { Switch } from "#components/ui/switch.tsx";
import { HyperParameters } from "#server/runs/input.ts";

/** `none` is the word for a suggestion that leaves it out. */
type Row = { key: NumberSetting; label: string; hint: string; none?: string };

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
  { key: "maxSteps", label: "Most steps", hint: "Ends the run early.", none: "as the epochs make" },
  { key: "warmupRatio", label: "Warm-up share", hint: "Share of the steps in which the rate grows." },
  { key: "weightDecay", label: "Weight decay", hint: "Pulls weights towards zero." },
  { key: "maxGradNorm", label: "Gradient norm limit", hint: "Longer gradients are cut to it; 0 never." },
  { key: "checkpointEverySteps", label: "Steps between checkpoints", hint: "What a crash can cost at most." },
  { key: "evalEverySteps", label: "Steps between validations", hint: "0 never validates.", none: "never" },
  { key: "seed", label: "Seed", hint: "The same seed gives the same adapter on a processor." },
];
const schedulers = HyperParameters.shape.scheduler.options;

/** Hyper-parameters with the suggestion for this base and data as placeholder; what is left empty is suggested. */
export function HyperFields({
  draft,
  wrong,
  suggested,
  error,
  onChange,
}: {
  draft: SettingsDraft;
  wrong: Partial<Record<NumberSetting, string>>;
  /** null until base and data are chosen */
  suggested: HyperParameters | null;
  error: string | undefined;
  onChange: (change: Partial<SettingsDraft>) => void;
}) {
  const [open, setOpen] = useState(false);
  const { numbers, choices } = draft;
  const number = (row: Row) => (
    <Field key={row.key} label={row.label} hint={row.hint} error={wrong[row.key]}>
      <Input
        inputMode="decimal"
        value={numbers[row.key] ?? ""}
        placeholder={suggested ? String(suggested[row.key] ?? row.none) : "suggested"}
        onChange={(event) => onChange({ numbers: { ...numbers, [row.key]: event.target.value } })}
      />
    </Field>
  );
  const suggestion = suggested ? "suggested for this base and data" : "suggested once base and data are chosen";
  return (
    <Card title="How" aside={`${suggestion}; change what you like`}>
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
                value={choices.scheduler ?? suggested?.scheduler ?? "cosine"}
                onValueChange={(scheduler) => onChange({ choices: { ...choices, scheduler } })}
                options={schedulers.map((value) => ({ value, label: value }))}
              />
            </Field>
            <Field inline label="Loss on answers only" hint="Off also learns to write the questions.">
              <Switch
                checked={choices.assistantOnlyLoss ?? suggested?.assistantOnlyLoss ?? true}
                onCheckedChange={(assistantOnlyLoss) => onChange({ choices: { ...choices, assistantOnlyLoss } })}
              />
            </Field>
          </div>
        )}
      </div>
    </Card>
  );
}
