import type { VariantProps } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";
import { buttonVariants } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { Tooltip } from "#components/ui/tooltip.tsx";

/** A button that is only an icon: `label` is its name for screen readers and its tooltip, `disabledReason` why it cannot be pressed now. */
export function IconButton({
  label,
  hint,
  disabledReason,
  variant = "ghost",
  size = "icon",
  className,
  children,
  onClick,
  ...rest
}: ComponentProps<"button"> &
  VariantProps<typeof buttonVariants> & { label: string; hint?: ReactNode; disabledReason?: string }) {
  return (
    <Tooltip content={disabledReason ?? hint ?? label}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        aria-disabled={disabledReason ? true : undefined}
        onClick={disabledReason ? undefined : onClick}
        className={cn(buttonVariants({ variant, size }), className)}
      >
        {children}
      </button>
    </Tooltip>
  );
}
