"use client";
import { useRouter } from "next/navigation";
import { useEffect, useEffectEvent, useRef } from "react";
import { useModKey } from "#components/shell/mod-key.ts";
import { hrefOf, navPages } from "#components/shell/nav.ts";
import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";

const sequenceMs = 1_200;

function typesText(target: EventTarget | null) {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** The console's keys: Ctrl or ⌘ with K and / search, G and a letter go to a page, [ folds the rail, ? lists them. */
export function useShortcuts({
  slug,
  onSearch,
  onHelp,
  onRail,
}: {
  slug: string;
  onSearch: () => void;
  onHelp: () => void;
  onRail: () => void;
}) {
  const router = useRouter();
  const goUntil = useRef(0);
  const press = useEffectEvent((event: KeyboardEvent) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return onSearch();
    }
    if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
    if (typesText(event.target) || document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]'))
      return;
    const key = event.key.toLowerCase();
    if (Date.now() < goUntil.current) {
      goUntil.current = 0;
      const page = navPages.find((candidate) => candidate.key === key);
      if (page) router.push(hrefOf(slug, page));
      return;
    }
    if (key === "g") goUntil.current = Date.now() + sequenceMs;
    else if (key === "?") onHelp();
    else if (key === "[") onRail();
    else if (key === "/") {
      event.preventDefault();
      const filter = document.querySelector<HTMLInputElement>('#content input[type="search"]');
      if (filter) filter.focus();
      else onSearch();
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}

const general = [
  { keys: ["/"], does: "Filter this list" },
  { keys: ["["], does: "Fold or unfold the rail" },
  { keys: ["?"], does: "This list" },
  { keys: ["Esc"], does: "Close" },
];

export function ShortcutsDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const mod = useModKey();
  const rows = [
    { keys: [mod, "K"], does: "Search" },
    ...general,
    ...navPages.map((page) => ({ keys: ["G", page.key.toUpperCase()], does: page.label })),
  ];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <dl className="grid grid-cols-1 gap-x-8 gap-y-1.5 md:grid-cols-2">
        {rows.map((row) => (
          <div key={row.does} className="flex items-center justify-between gap-3">
            <dt className="text-ink-2">{row.does}</dt>
            <dd className="flex gap-1">
              {row.keys.map((key) => (
                <Kbd key={key} className="min-w-5 text-center">
                  {key}
                </Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
