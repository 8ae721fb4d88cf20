"use client";
import { useState } from "react";
import { Field } from "#components/ui/field.tsx";
import { formatDate } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { useNow } from "#components/ui/relative-time.tsx";
import { Select } from "#components/ui/select.tsx";

const choices = [
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "never", label: "Never" },
  { value: "own", label: "After a number of days …" },
] as const;
type Choice = (typeof choices)[number]["value"];
const dayMs = 86_400_000;

/** When a key ends by itself; `days` null is never, NaN while nothing usable is typed. */
export function ExpiryField({
  days,
  onChange,
  error,
}: {
  days: number | null;
  onChange: (days: number | null) => void;
  error: string | undefined;
}) {
  const [choice, setChoice] = useState<Choice>("90");
  const now = useNow();

  function choose(next: Choice) {
    setChoice(next);
    if (next === "never") onChange(null);
    else if (next !== "own") onChange(Number(next));
  }

  const hint =
    days === null
      ? "It works until somebody revokes it. A key with an end is safer."
      : days > 0
        ? `It stops working on ${formatDate(new Date(now + days * dayMs), new Date(now))}.`
        : undefined;
  return (
    <div className="grid gap-2">
      <Field label="Expires" hint={hint} error={choice === "own" ? undefined : error}>
        <Select value={choice} onValueChange={choose} options={choices} />
      </Field>
      {choice === "own" && (
        <Field label="Days" error={error}>
          <Input
            inputMode="numeric"
            unit="days"
            value={days === null || Number.isNaN(days) ? "" : String(days)}
            onChange={(event) => onChange(event.target.value.trim() === "" ? Number.NaN : Number(event.target.value))}
          />
        </Field>
      )}
    </div>
  );
}
