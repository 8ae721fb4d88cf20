"use client";
import { Check, Minus } from "lucide-react";
import { Checkbox as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "#components/ui/cn.ts";
import { useFieldProps } from "#components/ui/field-context.ts";

export function Checkbox({ className, id, ...rest }: ComponentProps<typeof Radix.Root>) {
  const field = useFieldProps({ id });
  return (
    <Radix.Root
      {...field}
      {...rest}
      className={cn(
        "group grid size-4 shrink-0 place-items-center rounded-sm border border-ink-3 bg-panel text-on-primary disabled:opacity-50 data-[state=checked]:border-primary data-[state=checked]:bg-primary data-[state=indeterminate]:border-primary data-[state=indeterminate]:bg-primary",
        className,
      )}
    >
      <Radix.Indicator>
        <Check aria-hidden className="size-3 stroke-[3] group-data-[state=indeterminate]:hidden" />
        <Minus aria-hidden className="hidden size-3 stroke-[3] group-data-[state=indeterminate]:block" />
      </Radix.Indicator>
    </Radix.Root>
  );
}
