"use client";
import { Command } from "cmdk";
import { Box, Database, Flame, KeyRound, MessageSquare, Plus, Rocket, Scale, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { Dialog as Radix } from "radix-ui";
import { useState } from "react";
import { FoundThings } from "#components/shell/found-things.tsx";
import { hrefOf, navPages } from "#components/shell/nav.ts";
import { SearchGroup, SearchItem } from "#components/shell/search-parts.tsx";
import { overlayLook } from "#components/ui/dialog.tsx";

const acts = [
  { label: "Upload a dataset", path: "datasets/new", icon: Database },
  { label: "Import a model", path: "models/new", icon: Box },
  { label: "Start a run", path: "runs/new", icon: Flame },
  { label: "Start an eval", path: "evals/new", icon: Scale },
  { label: "Create a deployment", path: "deployments/new", icon: Rocket },
  { label: "Try a prompt in the playground", path: "playground", icon: MessageSquare },
  { label: "Create an API key", path: "settings/keys?new", icon: KeyRound },
];

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
  return (
    <Radix.Root open={open} onOpenChange={change}>
      <Radix.Portal>
        <Radix.Overlay className={overlayLook} />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border bg-overlay shadow-overlay"
        >
          <Radix.Title className="sr-only">Search or jump to</Radix.Title>
          <Command label="Search" loop>
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
              <SearchGroup heading="Go to">
                {navPages.map((page) => (
                  <SearchItem key={page.path} icon={<page.icon aria-hidden />} onSelect={() => go(hrefOf(slug, page))}>
                    {page.label}
                  </SearchItem>
                ))}
              </SearchGroup>
              <SearchGroup heading="Start">
                {acts.map((act) => (
                  <SearchItem key={act.path} icon={<Plus aria-hidden />} onSelect={() => go(hrefOf(slug, act))}>
                    {act.label}
                  </SearchItem>
                ))}
              </SearchGroup>
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
