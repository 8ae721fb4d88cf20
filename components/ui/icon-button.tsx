import type { VariantProps } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";
import { buttonLook } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { Tooltip } from "#components/ui/tooltip.tsx";

/** A button that is only an icon: `label` is its name for screen readers and its tooltip. */
export function IconButton({
  label,
  hint,
  look = "ghost",
  size = "icon",
  className,
  children,
  ...rest
}: ComponentProps<"button"> & VariantProps<typeof buttonLook> & { label: string; hint?: ReactNode }) {
  return (
    <Tooltip content={hint ?? label}>
      <button type="button" {...rest} aria-label={label} className={cn(buttonLook({ look, size }), className)}>
        {children}
      </button>
    </Tooltip>
  );
}
