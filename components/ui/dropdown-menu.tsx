"use client";
import { Check } from "lucide-react";
import { DropdownMenu as Radix, Slot } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";

export const menuLook = "z-50 min-w-44 overflow-y-auto rounded-md border bg-overlay p-1 shadow-overlay";
export const menuItemClass =
  "flex h-8 cursor-default select-none items-center gap-2 rounded-sm px-2 text-sm outline-none data-[highlighted]:bg-hover data-[disabled]:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:stroke-[1.75]";

/** A menu that opens from `trigger` (a Button or IconButton). Fill it with MenuItem, MenuCheck, MenuLabel, MenuLine. */
export function DropdownMenu({
  trigger,
  align = "end",
  children,
}: {
  trigger: ReactNode;
  align?: "start" | "end";
  children: ReactNode;
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={cn(menuLook, "max-h-[var(--radix-dropdown-menu-content-available-height)]")}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** One act. `asChild` with a Link inside makes it a link; with a `disabledReason` it stays in reach and says why not. */
export function MenuItem({
  danger = false,
  disabledReason,
  className,
  ...rest
}: ComponentProps<typeof Radix.Item> & { danger?: boolean; disabledReason?: string }) {
  const look = cn(menuItemClass, danger && "text-bad", className);
  if (!disabledReason) return <Radix.Item {...rest} className={look} />;
  return (
    <Radix.Item
      aria-disabled
      onSelect={(event) => event.preventDefault()}
      className={cn(look, "h-auto max-w-72 flex-wrap gap-y-0 py-1.5 text-ink-3")}
    >
      {rest.children}
      <span className="basis-full pl-6 text-xs">{disabledReason}</span>
    </Radix.Item>
  );
}

/** One that is on or off; the menu stays open. `asChild` with a Link inside makes it a link, and the menu closes. */
export function MenuCheck({ className, children, ...rest }: ComponentProps<typeof Radix.CheckboxItem>) {
  return (
    <Radix.CheckboxItem
      onSelect={(event) => !rest.asChild && event.preventDefault()}
      {...rest}
      className={cn(menuItemClass, "relative pl-7", className)}
    >
      <Radix.ItemIndicator className="absolute left-2">
        <Check aria-hidden className="size-3.5!" />
      </Radix.ItemIndicator>
      <Slot.Slottable>{children}</Slot.Slottable>
    </Radix.CheckboxItem>
  );
}

/** One of several choices: `options` with the chosen `value`. */
export function MenuChoice<Value extends string>({
  value,
  options,
  onChoose,
}: {
  value: Value;
  options: readonly { value: Value; label: ReactNode; icon?: ReactNode }[];
  onChoose: (value: Value) => void;
}) {
  return options.map((option) => (
    <MenuCheck
      key={option.value}
      role="menuitemradio"
      checked={option.value === value}
      onCheckedChange={() => onChoose(option.value)}
    >
      {option.icon}
      {option.label}
    </MenuCheck>
  ));
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-1.5 pb-1 font-medium text-2xs text-ink-3">{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}
