"use client";
import { Slider as Radix } from "radix-ui";
import { useEffect, useState } from "react";
import { cn } from "#components/ui/cn.ts";
import { Input } from "#components/ui/input.tsx";
import { typedNumber } from "#components/ui/typed-number.rule.ts";

/**
 * A number by hand: arrow keys (Shift: ten steps), dragging, or the field at the right.
 * With `applied` the part between what is applied and what is pending is hatched, so nobody takes one for the other.
 */
export function Slider({
  label,
  value,
  onChange,
  applied,
  min = 0,
  max = 100,
  step = 1,
  unit = "%",
  disabled = false,
  className,
}: {
  /** Name for screen readers: "v4 share". */
  label: string;
  value: number;
  onChange: (value: number) => void;
  /** The value in force; leave it out where every change applies at once. */
  applied?: number;
  min?: number;
  max?: number;
  step?: number;
  unit?: string;
  disabled?: boolean;
  className?: string;
}) {
  const [typed, setTyped] = useState(String(value));
  useEffect(() => setTyped(String(value)), [value]);

  // Each keystroke counts: what the field shows is what an act beside it would do.
  function type(text: string) {
    setTyped(text);
    const next = typedNumber(text, { min, max, step });
    if (next !== null && next !== value) onChange(next);
  }

  const at = (number: number) => ((number - min) / (max - min || 1)) * 100;
  const solid = applied === undefined ? value : Math.min(applied, value);
  const pendingFrom = applied === undefined ? value : Math.min(applied, value);
  const pendingTo = applied === undefined ? value : Math.max(applied, value);
  return (
    <div className={cn("grid grid-cols-[minmax(0,1fr)_5.5rem] items-center gap-4", className)}>
      <Radix.Root
        value={[value]}
        onValueChange={([next]) => next !== undefined && onChange(next)}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        className="relative flex h-5 touch-none select-none items-center data-[disabled]:opacity-50"
      >
        <Radix.Track className="relative h-1 w-full rounded-full bg-hover ring-1 ring-line ring-inset">
          <span className="absolute inset-y-0 left-0 rounded-full bg-s1" style={{ width: `${at(solid)}%` }} />
          <span
            className="hatch-candidate absolute inset-y-0"
            style={{ left: `${at(pendingFrom)}%`, width: `${at(pendingTo) - at(pendingFrom)}%` }}
          />
        </Radix.Track>
        <Radix.Thumb
          aria-label={label}
          aria-valuetext={`${value} ${unit}${applied !== undefined && applied !== value ? `, not applied yet, now ${applied} ${unit}` : ""}`}
          className="block size-4.5 rounded-full border-2 border-s1 bg-panel"
        />
      </Radix.Root>
      <Input
        aria-label={`${label}, typed`}
        inputMode="decimal"
        value={typed}
        unit={unit}
        disabled={disabled}
        className="tabular-nums"
        onChange={(event) => type(event.target.value)}
        onBlur={() => setTyped(String(value))}
      />
    </div>
  );
}
