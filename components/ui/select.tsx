"use client";
import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";
import { menuItemClass, menuLook } from "#components/ui/dropdown-menu.tsx";
import { useFieldProps } from "#components/ui/field-context.ts";
import { controlLook } from "#components/ui/input.tsx";

export type SelectOption<Value extends string = string> = {
  value: Value;
  label: ReactNode;
  /** Smaller words under the label. */
  hint?: ReactNode;
  /** Why it cannot be chosen. */
  disabledReason?: string;
};

/** Choose one of a few. For more than about fifteen use a search (cmdk) instead. */
export function Select<Value extends string>({
  value,
  onValueChange,
  options,
  placeholder = "Choose …",
  disabled,
  name,
  id,
  className,
  "aria-label": ariaLabel,
}: {
  value: Value | undefined;
  onValueChange: (value: Value) => void;
  options: readonly SelectOption<Value>[];
  placeholder?: string;
  disabled?: boolean;
  name?: string;
  id?: string;
  className?: string;
  "aria-label"?: string;
}) {
  const field = useFieldProps({ id });
  function choose(next: string) {
    const option = options.find((candidate) => candidate.value === next);
    if (option) onValueChange(option.value);
  }
  return (
    <Radix.Root value={value ?? ""} onValueChange={choose} disabled={disabled} name={name}>
      <Radix.Trigger
        {...field}
        aria-label={ariaLabel}
        className={cn(
          controlLook,
          "flex h-8 items-center gap-2 px-2.5 text-left data-[placeholder]:text-ink-3",
          className,
        )}
      >
        <span className="min-w-0 flex-1 truncate">
          <Radix.Value placeholder={placeholder} />
        </span>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-ink-3" />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className={cn(
            menuLook,
            "max-h-[var(--radix-select-content-available-height)] min-w-[var(--radix-select-trigger-width)]",
          )}
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                disabled={Boolean(option.disabledReason)}
                className={cn(menuItemClass, "relative h-auto min-h-8 py-1 pr-8")}
              >
                <span className="min-w-0">
                  <Radix.ItemText>{option.label}</Radix.ItemText>
                  {(option.disabledReason ?? option.hint) && (
                    <span className="block text-ink-3 text-xs">{option.disabledReason ?? option.hint}</span>
                  )}
                </span>
                <Radix.ItemIndicator className="absolute right-2">
                  <Check aria-hidden />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
