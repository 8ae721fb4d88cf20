"use client";
import { Command } from "cmdk";
import {
  Box,
  CircleDollarSign,
  Database,
  Flame,
  KeyRound,
  ListChecks,
  type LucideIcon,
  MessageSquare,
  Monitor,
  Moon,
  PanelLeft,
  Rocket,
  Scale,
  Search,
  Sun,
  UserPlus,
  UserRound,
} from "lucide-react";
import { useRouter } from "next/navigation";
import { Dialog as Radix } from "radix-ui";
import { useState } from "react";
import { FoundThings } from "#components/shell/found-things.tsx";
import { hrefOf, navPages } from "#components/shell/nav.ts";
import { toggleRail } from "#components/shell/rail.tsx";
import { SearchGroup, SearchItem } from "#components/shell/search-parts.tsx";
import { chooseTheme } from "#components/shell/theme-menu.tsx";
import { overlayLook } from "#components/ui/dialog.tsx";

type Act = { label: string; keywords?: string; icon: LucideIcon } & ({ path: string } | { run: () => void });

const actions: readonly Act[] = [
  { label: "Upload a dataset", keywords: "import data jsonl", path: "datasets/new", icon: Database },
  { label: "Import a model", keywords: "base hugging face gguf", path: "models/new", icon: Box },
  { label: "Start a run", keywords: "new run train fine-tune", path: "runs/new", icon: Flame },
  { label: "Start an eval", keywords: "new eval compare evaluate", path: "evals/new", icon: Scale },
  { label: "Create a suite", keywords: "new suite cases graders", path: "evals/suites/new", icon: ListChecks },
  { label: "Create a deployment", keywords: "new deployment serve deploy", path: "deployments/new", icon: Rocket },
  { label: "Try a prompt in the playground", keywords: "chat ask", path: "playground", icon: MessageSquare },
  { label: "Create an API key", keywords: "new key token", path: "settings/keys?new", icon: KeyRound },
  { label: "Invite a member", keywords: "add person user", path: "settings/members?invite", icon: UserPlus },
  { label: "Set a price", keywords: "cost tokens", path: "settings/prices", icon: CircleDollarSign },
  {
    label: "Change your password",
    keywords: "account sessions sign out everywhere",
    path: "settings/account",
    icon: UserRound,
  },
  { label: "Theme: dark", keywords: "mode night appearance", run: () => chooseTheme("dark"), icon: Moon },
  { label: "Theme: light", keywords: "mode day appearance", run: () => chooseTheme("light"), icon: Sun },
  { label: "Theme: system", keywords: "mode appearance", run: () => chooseTheme("system"), icon: Monitor },
  { label: "Collapse or expand the sidebar", keywords: "rail navigation", run: toggleRail, icon: PanelLeft },
];

/** Every word typed begins a word of the label or of what people also call it. */
function isMeant(text: string, label: string, keywords = "") {
  const words = `${label} ${keywords}`.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((typed) => words.some((word) => word.startsWith(typed)));
}

/** Ctrl or ⌘ with K: go to any page or thing by name or id, start a common act. */
export function SearchDialog({
  slug,
  open,
  onOpenChange,
}: {
  slug: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const router = useRouter();
  const [text, setText] = useState("");
  function change(next: boolean) {
    setText("");
    onOpenChange(next);
  }
  function go(href: string) {
    change(false);
    router.push(href);
  }
  function start(act: Act) {
    if ("path" in act) return go(hrefOf(slug, act));
    change(false);
    act.run();
  }
  const pages = navPages.filter((page) => isMeant(text.trim(), page.label));
  const doable = actions.filter((act) => isMeant(text.trim(), act.label, act.keywords));
  return (
    <Radix.Root open={open} onOpenChange={change}>
      <Radix.Portal>
        <Radix.Overlay className={overlayLook} />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border bg-overlay shadow-overlay"
        >
          <Radix.Title className="sr-only">Search or jump to</Radix.Title>
          <Command label="Search" shouldFilter={false} loop>
            <div className="flex items-center gap-2 border-b px-3">
              <Search aria-hidden className="size-4 shrink-0 text-ink-3" />
              <Command.Input
                value={text}
                onValueChange={setText}
                placeholder="A page, a name, an id …"
                className="h-11 w-full bg-transparent text-base outline-none placeholder:text-ink-3"
              />
            </div>
            <Command.List className="max-h-[min(24rem,60dvh)] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-ink-3">Nothing fits “{text}”.</Command.Empty>
              <FoundThings text={text} onGo={(path) => go(hrefOf(slug, { path }))} />
              {pages.length > 0 && (
                <SearchGroup heading="Go to">
                  {pages.map((page) => (
                    <SearchItem
                      key={page.path}
                      value={`page ${page.path}`}
                      icon={<page.icon aria-hidden />}
                      onSelect={() => go(hrefOf(slug, page))}
                    >
                      {page.label}
                    </SearchItem>
                  ))}
                </SearchGroup>
              )}
              {doable.length > 0 && (
                <SearchGroup heading="Actions">
                  {doable.map((act) => (
                    <SearchItem
                      key={act.label}
                      value={`act ${act.label}`}
                      icon={<act.icon aria-hidden />}
                      onSelect={() => start(act)}
                    >
                      {act.label}
                    </SearchItem>
                  ))}
                </SearchGroup>
              )}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
