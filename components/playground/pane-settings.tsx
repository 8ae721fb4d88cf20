"use client";
import { mistakeOf, type NumberField, type Pane } from "#components/playground/panes.ts";
import { LinkButton } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input, Textarea } from "#components/ui/input.tsx";

const numbers = [
  { field: "temperature", label: "Temperature", hint: "0 is deterministic" },
  { field: "maxTokens", label: "Max tokens", hint: "Output is cut there, or at the context limit" },
  { field: "seed", label: "Seed", hint: "The same seed repeats an answer" },
] as const satisfies readonly { field: NumberField; label: string; hint: string }[];

/** What a pane sends beside the prompt. */
export function PaneSettings({
  pane,
  onChange,
  onCopyOver,
}: {
  pane: Pane;
  onChange: (change: Partial<Pane>) => void;
  onCopyOver: () => void;
}) {
  return (
    <div className="grid gap-3 border-b bg-sunken px-4 py-3">
      <Field label="System prompt" optional>
        <Textarea rows={2} value={pane.system} onChange={(event) => onChange({ system: event.target.value })} />
      </Field>
      <div className="grid grid-cols-3 gap-3">
        {numbers.map(({ field, label, hint }) => (
          <Field key={field} label={label} hint={hint} error={mistakeOf(pane, field)}>
            <Input
              inputMode="decimal"
              className="tabular-nums"
              placeholder="default"
              value={pane[field]}
              onChange={(event) => onChange({ [field]: event.target.value })}
            />
          </Field>
        ))}
      </div>
      <p className="text-xs">
        <LinkButton onClick={onCopyOver}>Use these settings on the other side too</LinkButton>
      </p>
    </div>
  );
}
