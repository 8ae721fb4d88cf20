"use client";
import { useEffect, useState } from "react";
import type { Range } from "#components/charts/line-chart.tsx";
import { Input } from "#components/ui/input.tsx";
import { typedNumber } from "#components/ui/typed-number.rule.ts";

/** The steps that are drawn, by keyboard: what dragging across a chart does by hand. Enter or leaving a field applies it. */
export function ZoomRange({
  whole,
  zoom,
  onZoom,
}: {
  whole: Range;
  zoom: Range | null;
  onZoom: (range: Range | null) => void;
}) {
  const { from, to } = zoom ?? whole;
  function change(next: Range) {
    if (next.from < next.to) onZoom(next.from === whole.from && next.to === whole.to ? null : next);
  }
  return (
    <fieldset className="flex items-center gap-2 text-ink-2">
      <legend className="sr-only">Steps shown</legend>
      <span aria-hidden>Steps</span>
      <StepField
        label="From step"
        value={from}
        min={whole.from}
        max={to - 1}
        onChange={(next) => change({ from: next, to })}
      />
      <span aria-hidden>to</span>
      <StepField
        label="To step"
        value={to}
        min={from + 1}
        max={whole.to}
        onChange={(next) => change({ from, to: next })}
      />
    </fieldset>
  );
}

function StepField({
  label,
  value,
  min,
  max,
  onChange,
}: {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}) {
  const [typed, setTyped] = useState(String(value));
  useEffect(() => setTyped(String(value)), [value]);
  function apply() {
    const next = typedNumber(typed, { min, max, step: 1 });
    setTyped(String(next ?? value));
    if (next !== null && next !== value) onChange(next);
  }
  return (
    <Input
      aria-label={label}
      inputMode="numeric"
      value={typed}
      className="w-18 tabular-nums"
      onChange={(event) => setTyped(event.target.value)}
      onBlur={apply}
      onKeyDown={(event) => {
        if (event.key === "Enter") apply();
        if (event.key === "Escape") setTyped(String(value));
      }}
    />
  );
}
