"use client";
import { Keyboard, LogOut, MonitorX, UserRound } from "lucide-react";
import Link from "next/link";
import { useProject } from "#components/shell/project-context.tsx";
import { ThemeChoice } from "#components/shell/theme-menu.tsx";
import { DropdownMenu, MenuItem, MenuLine } from "#components/ui/dropdown-menu.tsx";
import { Kbd } from "#components/ui/kbd.tsx";

export type ShellPerson = { userId: string; name: string; email: string; isOwner: boolean };

function initials(name: string) {
  const parts = name.trim().split(/\s+/);
  return [parts[0], parts.length > 1 ? parts.at(-1) : ""]
    .map((part) => part?.charAt(0) ?? "")
    .join("")
    .toUpperCase();
}

export function AccountMenu({
  person,
  onShortcuts,
  onSignOut,
  onSignOutEverywhere,
}: {
  person: ShellPerson;
  onShortcuts: () => void;
  onSignOut: () => void;
  onSignOutEverywhere: () => void;
}) {
  const { slug } = useProject();
  return (
    <DropdownMenu
      trigger={
        <button
          type="button"
          aria-label={`Account of ${person.name}`}
          className="grid size-6 shrink-0 place-items-center rounded-full bg-hover font-semibold text-[10px] text-ink-2"
        >
          {initials(person.name)}
        </button>
      }
    >
      <div className="px-2 pt-1.5 pb-2">
        <div className="font-medium">{person.name}</div>
        <div className="text-ink-3 text-xs">{person.email}</div>
      </div>
      <MenuLine />
      <div className="md:hidden">
        <ThemeChoice />
        <MenuLine />
      </div>
      <MenuItem onSelect={onShortcuts} className="max-md:hidden">
        <Keyboard aria-hidden />
        Keyboard shortcuts
        <Kbd className="ml-auto">?</Kbd>
      </MenuItem>
      <MenuItem asChild>
        <Link href={`/${slug}/settings/account`}>
          <UserRound aria-hidden />
          Account and sessions
        </Link>
      </MenuItem>
      <MenuItem onSelect={onSignOut}>
        <LogOut aria-hidden />
        Sign out
      </MenuItem>
      <MenuItem onSelect={onSignOutEverywhere}>
        <MonitorX aria-hidden />
        Sign out everywhere
      </MenuItem>
    </DropdownMenu>
  );
}
