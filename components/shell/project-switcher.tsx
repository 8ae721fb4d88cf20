"use client";
import { ChevronsUpDown, Layers, Plus } from "lucide-react";
import Link from "next/link";
import type { ShellProject } from "#components/shell/project-context.tsx";
import { DropdownMenu, MenuCheck, MenuItem, MenuLabel, MenuLine } from "#components/ui/dropdown-menu.tsx";

export function ProjectSwitcher({
  project,
  projects,
  canCreate,
}: {
  project: ShellProject;
  projects: readonly ShellProject[];
  canCreate: boolean;
}) {
  return (
    <DropdownMenu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`Project ${project.name}, switch`}
          className="-ml-1.5 flex h-7 min-w-0 items-center gap-1.5 rounded-md px-1.5 text-ink-2 hover:bg-hover"
        >
          <Layers aria-hidden className="size-4 shrink-0 stroke-[1.75] text-ink-3" />
          <span className="truncate max-md:max-w-28">{project.name}</span>
          <ChevronsUpDown aria-hidden className="size-3 shrink-0 text-ink-3" />
        </button>
      }
    >
      <MenuLabel>Projects</MenuLabel>
      {projects.map((other) => (
        <MenuCheck key={other.id} role="menuitemradio" checked={other.id === project.id} asChild>
          <Link href={`/${other.slug}`}>
            <span className="max-w-60 truncate">{other.name}</span>
            {other.id === project.id && <span className="ml-auto pl-3 text-ink-3 text-xs">here</span>}
          </Link>
        </MenuCheck>
      ))}
      {canCreate && (
        <>
          <MenuLine />
          <MenuItem asChild>
            <Link href="/?new">
              <Plus aria-hidden />
              New project
            </Link>
          </MenuItem>
        </>
      )}
    </DropdownMenu>
  );
}
