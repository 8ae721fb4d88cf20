"use client";
import { Search } from "lucide-react";
import { type ReactNode, useState } from "react";
import { StaleSign } from "#components/live.tsx";
import { AccountMenu, type ShellPerson } from "#components/shell/account-menu.tsx";
import { CrumbProvider, Crumbs } from "#components/shell/crumbs.tsx";
import { EndedWork } from "#components/shell/ended-work.tsx";
import { LiveRefresh } from "#components/shell/live-refresh.tsx";
import { useModKey } from "#components/shell/mod-key.ts";
import { ProjectProvider, type ShellProject } from "#components/shell/project-context.tsx";
import { ProjectSwitcher } from "#components/shell/project-switcher.tsx";
import { Rail, toggleRail } from "#components/shell/rail.tsx";
import { SearchDialog } from "#components/shell/search-dialog.tsx";
import { ShortcutsDialog, useShortcuts } from "#components/shell/shortcuts.tsx";
import { TabBar } from "#components/shell/tab-bar.tsx";
import { ThemeMenu } from "#components/shell/theme-menu.tsx";
import { Kbd } from "#components/ui/kbd.tsx";

/** The frame around every page of a project: rail, top bar, search, shortcuts, and on a phone the tab bar. */
export function ConsoleShell({
  project,
  projects,
  person,
  onSignOut,
  onSignOutEverywhere,
  children,
}: {
  project: ShellProject;
  projects: readonly ShellProject[];
  person: ShellPerson;
  onSignOut: () => void;
  onSignOutEverywhere: () => void;
  children: ReactNode;
}) {
  const [searching, setSearching] = useState(false);
  const [helping, setHelping] = useState(false);
  const modKey = useModKey();
  useShortcuts({
    slug: project.slug,
    onSearch: () => setSearching(true),
    onHelp: () => setHelping(true),
    onRail: toggleRail,
  });
  return (
    <ProjectProvider project={project}>
      <CrumbProvider>
        <LiveRefresh />
        <EndedWork personId={person.userId} />
        <a
          href="#content"
          className="sr-only z-50 rounded-md bg-overlay px-3 py-2 shadow-overlay focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        >
          Skip to content
        </a>
        <div className="min-h-dvh md:grid md:grid-cols-[212px_minmax(0,1fr)] md:rail-narrow:grid-cols-[53px_minmax(0,1fr)]">
          <Rail slug={project.slug} />
          <div className="min-w-0">
            <header className="sticky top-0 z-20 flex h-12 items-center gap-1.5 border-b bg-page px-4 md:px-6">
              <ProjectSwitcher project={project} projects={projects} canCreate={person.isOwner} />
              <Crumbs slug={project.slug} />
              <div className="ml-auto flex shrink-0 items-center gap-2 pl-2">
                <StaleSign />
                <button
                  type="button"
                  onClick={() => setSearching(true)}
                  className="flex h-7 items-center gap-2 rounded-md border bg-panel px-1.5 text-ink-3 hover:bg-hover md:w-60 md:px-2"
                >
                  <Search aria-hidden className="size-4 shrink-0 stroke-[1.75]" />
                  <span className="max-md:sr-only">Search or jump to</span>
                  <Kbd className="ml-auto max-md:hidden">{modKey} K</Kbd>
                </button>
                <span className="max-md:hidden">
                  <ThemeMenu />
                </span>
                <AccountMenu
                  person={person}
                  onShortcuts={() => setHelping(true)}
                  onSignOut={onSignOut}
                  onSignOutEverywhere={onSignOutEverywhere}
                />
              </div>
            </header>
            <main id="content" tabIndex={-1} className="focus-visible:outline-none">
              {children}
            </main>
          </div>
        </div>
        <TabBar slug={project.slug} />
        <SearchDialog slug={project.slug} open={searching} onOpenChange={setSearching} />
        <ShortcutsDialog open={helping} onOpenChange={setHelping} />
      </CrumbProvider>
    </ProjectProvider>
  );
}
