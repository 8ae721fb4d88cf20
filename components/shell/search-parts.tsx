"use client";
import { Command } from "cmdk";
import type { ReactNode } from "react";

export function SearchGroup({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-ink-3"
    >
      {children}
    </Command.Group>
  );
}

export function SearchItem({
  icon,
  value,
  onSelect,
  children,
}: {
  icon: ReactNode;
  /** What the text is matched with, when the words shown are not enough. */
  value?: string;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      {...(value ? { value } : {})}
      onSelect={onSelect}
      className="flex h-8 cursor-default items-center gap-2 rounded-sm px-2 data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:stroke-[1.75] [&_svg]:text-ink-3"
    >
      {icon}
      {children}
    </Command.Item>
  );
}
