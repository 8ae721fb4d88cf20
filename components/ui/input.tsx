"use client";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";
import { useFieldProps } from "#components/ui/field-context.ts";

export const controlLook =
  "w-full min-w-0 rounded-md border border-line-strong bg-panel text-ink text-sm placeholder:text-ink-3 disabled:opacity-50 aria-invalid:border-bad focus-visible:outline-offset-0 max-md:text-base";

/** One line of text. `unit` stands inside at the right ("%", "ms"). */
export function Input({
  className,
  unit,
  icon,
  id,
  ...rest
}: ComponentProps<"input"> & { unit?: ReactNode; icon?: ReactNode }) {
  const field = useFieldProps({ id });
  const input = (
    <input
      {...field}
      {...rest}
      className={cn(
        controlLook,
        "h-8 px-2.5",
        icon ? "pl-8" : "",
        unit ? "pr-9" : "",
        rest.type === "number" && "tabular-nums",
        className,
      )}
    />
  );
  if (!unit && !icon) return input;
  return (
    <span className="relative block min-w-0">
      {icon && (
        <span className="pointer-events-none absolute inset-y-0 left-2.5 flex items-center text-ink-3 [&_svg]:size-4 [&_svg]:stroke-[1.75]">
          {icon}
        </span>
      )}
      {input}
      {unit && (
        <span className="pointer-events-none absolute inset-y-0 right-2.5 flex items-center text-ink-3">{unit}</span>
      )}
    </span>
  );
}

export function Textarea({ className, id, ...rest }: ComponentProps<"textarea">) {
  const field = useFieldProps({ id });
  return (
    <textarea
      rows={4}
      {...field}
      {...rest}
      className={cn(controlLook, "field-sizing-content max-h-96 min-h-20 px-2.5 py-1.5", className)}
    />
  );
}
