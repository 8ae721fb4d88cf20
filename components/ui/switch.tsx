"use client";
import { Switch as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "#components/ui/cn.ts";
import { useFieldProps } from "#components/ui/field-context.ts";

export function Switch({ className, id, ...rest }: ComponentProps<typeof Radix.Root>) {
  const field = useFieldProps({ id });
  return (
    <Radix.Root
      {...field}
      {...rest}
      className={cn(
        "flex h-4.5 w-8 shrink-0 items-center rounded-full border border-ink-3 bg-sunken p-px disabled:opacity-50 data-[state=checked]:border-primary data-[state=checked]:bg-primary",
        className,
      )}
    >
      <Radix.Thumb className="block size-3.5 rounded-full bg-ink-3 transition-transform data-[state=checked]:translate-x-3.5 data-[state=checked]:bg-on-primary" />
    </Radix.Root>
  );
}
