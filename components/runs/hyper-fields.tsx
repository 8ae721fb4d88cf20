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
  { key: "epochs", label: "Epochs", hint: "How often each row is trained on." },
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
  { key: "loraDropout", label: "LoRA dropout", hint: "Against overfitting, for few rows." },
  { key: "gradientAccumulation", label: "Gradient accumulation", hint: "Batches gathered before a step." },
  { key: "maxLength", label: "Max sequence length (tokens)", hint: "Longer rows are truncated." },
  { key: "maxSteps", label: "Max steps", hint: "Ends the run early.", none: "set by epochs" },
  { key: "warmupRatio", label: "Warmup ratio", hint: "Share of the steps in which the learning rate rises." },
  { key: "weightDecay", label: "Weight decay", hint: "Pulls weights towards zero." },
  { key: "maxGradNorm", label: "Max gradient norm", hint: "Larger gradients are clipped to it; 0 never clips." },
  { key: "checkpointEverySteps", label: "Save every (steps)", hint: "A crash costs at most this many steps." },
  {
    key: "evalEverySteps",
    label: "Evaluate every (steps)",
    hint: "Validation loss every so many steps; 0 is never.",
    none: "never",
  },
  { key: "seed", label: "Seed", hint: "The same seed gives the same adapter on CPU." },
];
const schedulers = HyperParameters.shape.scheduler.options;

/** Hyperparameters with the suggestion for this base and data as placeholder; what is left empty is suggested. */
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
    <Card title="Hyperparameters" aside={suggestion}>
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
            <Field label="LR scheduler" hint="How the learning rate falls.">
              <Select
                value={choices.scheduler ?? suggested?.scheduler ?? "cosine"}
                onValueChange={(scheduler) => onChange({ choices: { ...choices, scheduler } })}
                options={schedulers.map((value) => ({ value, label: value }))}
              />
            </Field>
            <Field inline label="Train on assistant messages only" hint="Off also trains on the prompts.">
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
