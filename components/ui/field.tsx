"use client";
import { CircleAlert } from "lucide-react";
import { type ReactNode, useId } from "react";
import { cn } from "#components/ui/cn.ts";
import { FieldContext } from "#components/ui/field-context.ts";

/** A labelled control. The control inside takes id, description and invalid state from here by itself. */
export function Field({
  label,
  hint,
  error,
  required = false,
  optional = false,
  inline = false,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  /** What is wrong and what to do; replaces nothing, so the hint stays readable. */
  error?: ReactNode;
  required?: boolean;
  /** Adds "optional" to the label. */
  optional?: boolean;
  /** Control before the label, for checkboxes and switches. */
  inline?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  const describedBy = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ") || undefined;
  const labelPart = (
    <label htmlFor={id} className="font-medium text-ink text-sm">
      {label}
      {optional && <span className="font-normal text-ink-3"> optional</span>}
    </label>
  );
  const words = (
    <>
      {hint && (
        <p id={`${id}-hint`} className="text-ink-3 text-xs">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="flex gap-1 text-bad text-xs">
          <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
          <span className="inline-block first-letter:uppercase">{error}</span>
        </p>
      )}
    </>
  );
  return (
    <FieldContext value={{ id, describedBy, invalid: Boolean(error), required }}>
      {inline ? (
        <div className={cn("flex items-start gap-2", className)}>
          <span className="flex h-5 items-center">{children}</span>
          <div className="grid gap-0.5">
            {labelPart}
            {words}
          </div>
        </div>
      ) : (
        <div className={cn("grid content-start gap-1.5", className)}>
          {labelPart}
          {children}
          {words}
        </div>
      )}
    </FieldContext>
  );
}
